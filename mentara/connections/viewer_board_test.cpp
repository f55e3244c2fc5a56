#include "mentara/connections/viewer_board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mentara::connections {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using View = ViewerBoard::View;

struct ViewerBoardTest : testing::Test {
  // Who is told to be gone.
  std::vector<View> gone(wire::Duration after) {
    std::vector<View> views;
    for (const auto& [view, hidden_from] : board.on_time(t0 + after)) views.push_back(view);
    return views;
  }

  const wire::TimePoint t0{};
  const wire::Duration wait = limits::viewing_gone_after;
  const View ada{{"c"}, {"ada"}}, bob{{"c"}, {"bob"}}, elsewhere{{"d"}, {"ada"}};
  ViewerBoard board;
};

TEST_F(ViewerBoardTest, knows_who_is_new_whatever_places_he_has_it_open_at) {
  EXPECT_TRUE(board.open(ada, "phone"));
  EXPECT_FALSE(board.open(ada, "laptop"));
  EXPECT_FALSE(board.open(ada, "phone"));
  EXPECT_TRUE(board.open(bob, "phone"));
  EXPECT_TRUE(board.open(elsewhere, "phone"));
  EXPECT_THAT(board.viewers({"c"}), UnorderedElementsAre(UserId{"ada"}, UserId{"bob"}));
  EXPECT_THAT(board.views_of({"ada"}), UnorderedElementsAre(ada, elsewhere));
  EXPECT_THAT(board.places_of(ada), UnorderedElementsAre("phone", "laptop"));
}

TEST_F(ViewerBoardTest, he_is_gone_a_while_after_the_last_place_is_closed_and_once) {
  board.open(ada, "phone");
  board.open(ada, "laptop");
  board.close(ada, "phone", t0);
  EXPECT_FALSE(board.next_time());
  board.close(ada, "laptop", t0);
  board.close(ada, "laptop", t0 + wait / 2);
  EXPECT_EQ(board.next_time(), t0 + wait);
  EXPECT_THAT(gone(wait - wire::Duration(1)), IsEmpty());
  EXPECT_THAT(board.viewers({"c"}), ElementsAre(UserId{"ada"})) << "until then he is there";
  EXPECT_THAT(gone(wait), ElementsAre(ada));
  EXPECT_THAT(gone(2 * wait), IsEmpty());
  EXPECT_EQ(board.view_count(), 0u);
  EXPECT_FALSE(board.next_time());
}

TEST_F(ViewerBoardTest, who_comes_back_in_time_was_never_gone) {
  board.open(ada, "phone");
  board.close(ada, "phone", t0);
  EXPECT_FALSE(board.open(ada, "laptop")) << "nobody is told";
  EXPECT_THAT(gone(2 * wait), IsEmpty());
  board.close(ada, "laptop", t0 + 3 * wait);
  EXPECT_THAT(gone(3 * wait), IsEmpty());
  EXPECT_THAT(gone(4 * wait), ElementsAre(ada));
  EXPECT_TRUE(board.open(ada, "phone"));
}

TEST_F(ViewerBoardTest, who_is_dropped_is_gone_at_once_from_everywhere) {
  board.open(ada, "phone");
  board.open(ada, "laptop");
  board.close(ada, "phone", t0);
  EXPECT_TRUE(board.drop(ada));
  EXPECT_FALSE(board.drop(ada));
  board.close(ada, "laptop", t0);
  EXPECT_THAT(gone(2 * wait), IsEmpty());
  EXPECT_THAT(board.viewers({"c"}), IsEmpty());
  EXPECT_THAT(board.views_of({"ada"}), IsEmpty());
}

TEST_F(ViewerBoardTest, says_with_whom_is_gone_who_is_not_to_know_it) {
  board.open(ada, "phone");
  board.hide_from(ada, {{"bob"}});
  board.close(ada, "phone", t0);
  const auto told = board.on_time(t0 + wait);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_THAT(told[0].second, ElementsAre(UserId{"bob"}));
}

TEST_F(ViewerBoardTest, finds_everything_that_is_open_at_a_place) {
  board.open(ada, "node one");
  board.open(elsewhere, "node one");
  board.open(bob, "node two");
  EXPECT_THAT(board.views_at("node one"), UnorderedElementsAre(ada, elsewhere));
  EXPECT_TRUE(board.is_open(bob, "node two"));
  EXPECT_FALSE(board.is_open(bob, "node one"));
}

} // namespace
} // namespace mentara::connections
