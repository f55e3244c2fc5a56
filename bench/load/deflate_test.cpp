#include "bench/load/deflate.h"

#include <gtest/gtest.h>

namespace load {
namespace {

TEST(Deflate, gives_back_what_it_took_each_time_anew) {
  const std::string text = std::string(1000, 'x').append("end");
  EXPECT_LT(deflated(text).size(), 50u);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(inflated(deflated(text)), text);
  const std::string long_text(200'000, 'y');
  EXPECT_EQ(inflated(deflated(long_text)), long_text);
}

TEST(Deflate, refuses_what_is_no_payload) { EXPECT_EQ(inflated("\xff\xff\xff\xff"), std::nullopt); }

} // namespace
} // namespace load
