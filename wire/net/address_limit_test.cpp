#include "wire/net/address_limit.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace wire::net {
namespace {

TEST(AddressLimit, gives_an_address_as_many_places_as_it_may_have_and_not_one_more) {
  const auto limit = std::make_shared<AddressLimit>(2);
  const auto first = AddressLimit::take(limit, "192.0.2.1");
  auto second = AddressLimit::take(limit, "192.0.2.1");
  EXPECT_TRUE(first);
  EXPECT_TRUE(second);
  EXPECT_FALSE(AddressLimit::take(limit, "192.0.2.1"));
  EXPECT_TRUE(AddressLimit::take(limit, "192.0.2.2")) << "somebody else is not concerned";
  second = {};
  EXPECT_TRUE(AddressLimit::take(limit, "192.0.2.1")) << "a place that was given back";
}

TEST(AddressLimit, forgets_who_has_no_connection_R1) {
  const auto limit = std::make_shared<AddressLimit>(1);
  {
    std::vector<AddressLimit::Place> places;
    for (int i = 0; i < 1000; ++i) places.push_back(AddressLimit::take(limit, std::to_string(i)));
    EXPECT_EQ(limit->addresses(), 1000u);
    EXPECT_FALSE(AddressLimit::take(limit, "7"));
    const auto moved = std::move(places[3]);
    EXPECT_EQ(moved.address(), "3");
    EXPECT_FALSE(places[3]);
  }
  EXPECT_EQ(limit->addresses(), 0u);
  EXPECT_FALSE(AddressLimit::take(std::make_shared<AddressLimit>(0), "7"));
}

TEST(AddressLimit, is_one_for_all_threads) {
  const auto limit = std::make_shared<AddressLimit>(100);
  std::vector<AddressLimit::Place> taken[4];
  std::vector<std::thread> threads;
  for (auto& mine : taken) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        if (auto place = AddressLimit::take(limit, "192.0.2.1")) mine.push_back(std::move(place));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken[0].size() + taken[1].size() + taken[2].size() + taken[3].size(), 100u);
}

} // namespace
} // namespace wire::net
