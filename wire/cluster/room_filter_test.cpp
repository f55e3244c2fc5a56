#include "wire/cluster/room_filter.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace wire::cluster {
namespace {

TEST(RoomFilter, knows_a_room_until_it_is_gone_as_often_as_it_came) {
  RoomFilter filter;
  EXPECT_FALSE(filter.may_have("/", "room"));
  filter.add("/", "room");
  filter.add("/", "room");
  filter.remove("/", "room");
  EXPECT_TRUE(filter.may_have("/", "room"));
  EXPECT_FALSE(filter.may_have("/other", "room"));
  EXPECT_FALSE(filter.may_have("/", "another"));
  filter.remove("/", "room");
  EXPECT_FALSE(filter.may_have("/", "room"));
}

TEST(RoomFilter, is_seldom_wrong_about_rooms_that_are_not_there_and_never_about_those_that_are) {
  RoomFilter filter;
  for (int i = 0; i < 5000; ++i) filter.add("/", "here" + std::to_string(i));
  int wrong = 0;
  for (int i = 0; i < 5000; ++i) {
    EXPECT_TRUE(filter.may_have("/", "here" + std::to_string(i)));
    wrong += filter.may_have("/", "there" + std::to_string(i)) ? 1 : 0;
  }
  EXPECT_LT(wrong, 5000 * 12 / 100); // 7.3 % on average
}

TEST(RoomFilter, may_be_asked_while_others_change_it) {
  RoomFilter filter;
  filter.add("/", "stays");
  std::thread changes([&] {
    for (int i = 0; i < 20'000; ++i) {
      filter.add("/", std::to_string(i % 10));
      filter.remove("/", std::to_string(i % 10));
    }
  });
  for (int i = 0; i < 20'000; ++i) ASSERT_TRUE(filter.may_have("/", "stays"));
  changes.join();
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(filter.may_have("/", std::to_string(i)));
}

} // namespace
} // namespace wire::cluster
