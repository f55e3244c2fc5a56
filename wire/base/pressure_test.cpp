#include "wire/base/pressure.h"

#include <gtest/gtest.h>

namespace wire {
namespace {

TEST(Pressure, rises_one_byte_above_each_limit) {
  EXPECT_EQ(pressure_of(0), Pressure::none);
  EXPECT_EQ(pressure_of(limits::unsent_bytes_soft), Pressure::none);
  EXPECT_EQ(pressure_of(limits::unsent_bytes_soft + 1), Pressure::soft);
  EXPECT_EQ(pressure_of(limits::unsent_bytes_hard), Pressure::soft);
  EXPECT_EQ(pressure_of(limits::unsent_bytes_hard + 1), Pressure::hard);
  EXPECT_EQ(pressure_of(limits::unsent_bytes_max), Pressure::hard);
  EXPECT_EQ(pressure_of(limits::unsent_bytes_max + 1), Pressure::full);
}

} // namespace
} // namespace wire
