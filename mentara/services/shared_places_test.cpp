#include "mentara/services/shared_places.h"

#include <gtest/gtest.h>

namespace mentara::services {
namespace {

using wire::seconds;

class SharedPlacesTest : public testing::Test {
 protected:
  std::optional<storage::Position> prove(const std::string& socket, storage::Position position) {
    return places.prove(device, socket, position, now);
  }

  SharedPlaces places;
  const Listener device{{"ann"}, {"default"}, Channel::MESSAGING};
  wire::TimePoint now{};
};

TEST_F(SharedPlacesTest, of_one_socket_is_what_that_has_proven) {
  places.join(device, "s1", 5);
  EXPECT_EQ(prove("s1", 7), 7);
  EXPECT_EQ(prove("s1", 7), std::nullopt) << "nothing has moved";
  EXPECT_EQ(prove("s1", 6), std::nullopt);
  EXPECT_EQ(prove("s1", 9), 9);
}

TEST_F(SharedPlacesTest, of_two_tabs_is_that_of_the_one_that_is_further_behind) {
  places.join(device, "s1", 5);
  places.join(device, "s2", 5);
  EXPECT_EQ(prove("s1", 9), 5);
  EXPECT_EQ(prove("s2", 7), 7);
  EXPECT_EQ(prove("s2", 12), 9);
}

TEST_F(SharedPlacesTest, waits_for_a_tab_that_left_and_may_come_back) {
  places.join(device, "s1", 5);
  places.join(device, "s2", 5);
  places.leave(device, "s2", now);
  EXPECT_EQ(prove("s1", 9), 5);
  places.join(device, "s3", 5); // it is back
  EXPECT_EQ(prove("s3", 9), 9);
}

TEST_F(SharedPlacesTest, loses_nothing_of_two_tabs_that_dropped_together_whichever_returns_first) {
  places.join(device, "ahead", 5);
  places.join(device, "behind", 5);
  prove("ahead", 9);
  prove("behind", 6);
  places.leave(device, "ahead", now);
  places.leave(device, "behind", now);
  places.join(device, "first", 6);
  EXPECT_EQ(prove("first", 12), std::nullopt) << "the other has 6 at most";
  places.join(device, "second", 6);
  EXPECT_EQ(prove("second", 12), 12);
}

TEST_F(SharedPlacesTest, I10_forgets_who_does_not_come_back) {
  places.join(device, "s1", 5);
  places.join(device, "s2", 5);
  places.leave(device, "s2", now);
  now += SharedPlaces::kept_after_leaving - seconds(1);
  EXPECT_EQ(prove("s1", 9), 5);
  now += seconds(1);
  EXPECT_EQ(prove("s1", 10), 10);
  places.leave(device, "s1", now);
  places.leave({{"bob"}, {"default"}, Channel::MESSAGING}, "s9", now + SharedPlaces::kept_after_leaving);
  EXPECT_EQ(places.size(), 0u);
}

} // namespace
} // namespace mentara::services
