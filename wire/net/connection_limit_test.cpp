#include "wire/net/connection_limit.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace wire::net {
namespace {

TEST(ConnectionLimit, has_N_places_and_no_more_until_one_is_given_back) {
  const auto limit = std::make_shared<ConnectionLimit>(2);
  auto first = ConnectionLimit::take(limit), second = ConnectionLimit::take(limit);
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(ConnectionLimit::take(limit));
  EXPECT_EQ(limit->taken(), 2u);
  ConnectionLimit::Place moved = std::move(first);
  EXPECT_EQ(limit->taken(), 2u) << "a place that moves stays taken";
  moved = {};
  EXPECT_EQ(limit->taken(), 1u);
  EXPECT_TRUE(ConnectionLimit::take(limit));
}

TEST(ConnectionLimit, is_kept_whatever_threads_take_places) {
  const auto limit = std::make_shared<ConnectionLimit>(100);
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        std::vector<ConnectionLimit::Place> places;
        for (int i = 0; i < 70; ++i) {
          if (auto place = ConnectionLimit::take(limit)) places.push_back(std::move(place));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(limit->taken(), 0u);
}

TEST(ConnectionLimit, leaves_the_process_descriptors_of_its_own) {
  EXPECT_GT(connections_max_of_process(), 0u);
  EXPECT_LT(connections_max_of_process(), 1'000'000'000'000u);
}

} // namespace
} // namespace wire::net
