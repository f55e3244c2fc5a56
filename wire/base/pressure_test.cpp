#include "wire/base/pressure.h"

#include <gtest/gtest.h>

namespace wire {
namespace {

TEST(Pressure, rises_one_byte_above_each_limit) {
  const UnsentLimits of_its_own{.bytes_soft = 10, .bytes_hard = 20, .bytes_max = 30};
  for (const UnsentLimits& limits : {UnsentLimits{}, of_its_own}) {
    EXPECT_EQ(pressure_of(0, limits), Pressure::none);
    EXPECT_EQ(pressure_of(limits.bytes_soft, limits), Pressure::none);
    EXPECT_EQ(pressure_of(limits.bytes_soft + 1, limits), Pressure::soft);
    EXPECT_EQ(pressure_of(limits.bytes_hard, limits), Pressure::soft);
    EXPECT_EQ(pressure_of(limits.bytes_hard + 1, limits), Pressure::hard);
    EXPECT_EQ(pressure_of(limits.bytes_max, limits), Pressure::hard);
    EXPECT_EQ(pressure_of(limits.bytes_max + 1, limits), Pressure::full);
  }
}

} // namespace
} // namespace wire
