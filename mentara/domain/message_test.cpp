#include "mentara/domain/message.h"

#include <gtest/gtest.h>

#include <string>

namespace mentara {
namespace {

TEST(Quote, shows_a_short_text_whole) { EXPECT_EQ(quote_text("Привет"), "Привет"); }

TEST(Quote, counts_code_points_and_never_cuts_one_in_two) {
  std::string just_fits, one_more;
  for (int i = 0; i < 200; ++i) just_fits += "😀";
  one_more = just_fits + "é";
  EXPECT_EQ(quote_text(just_fits), just_fits);
  EXPECT_EQ(quote_text(one_more), just_fits);
}

} // namespace
} // namespace mentara
