#include "wire/base/unique_function.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wire {
namespace {

// Counts its living copies; `Padding` decides whether it fits inside the function.
template <std::size_t Padding>
struct Counted {
  explicit Counted(int* alive) : alive_(alive) { ++*alive_; }
  Counted(Counted&& other) noexcept : alive_(other.alive_), calls(other.calls) { ++*alive_; }
  Counted(const Counted&) = delete;
  Counted& operator=(Counted&&) = delete;
  ~Counted() { --*alive_; }
  int operator()() { return ++calls; }

  int* alive_;
  int calls = 0;
  std::array<char, Padding> padding{};
};
using Small = Counted<1>;
using Large = Counted<100>;

struct ThrowsWhenMoved {
  ThrowsWhenMoved() = default;
  ThrowsWhenMoved(ThrowsWhenMoved&&) {}
  int operator()() { return 7; }
};

struct alignas(64) Aligned {
  bool operator()() const { return reinterpret_cast<std::uintptr_t>(this) % 64 == 0; }
};

template <class T>
class UniqueFunctionOf : public testing::Test {};
using Sizes = testing::Types<Small, Large>;
TYPED_TEST_SUITE(UniqueFunctionOf, Sizes);

TYPED_TEST(UniqueFunctionOf, destroys_what_it_holds_exactly_once) {
  int alive = 0;
  {
    UniqueFunction<int()> f{TypeParam(&alive)};
    EXPECT_EQ(alive, 1);
    EXPECT_EQ(f(), 1);
    EXPECT_EQ(f(), 2);
    f = nullptr;
    EXPECT_EQ(alive, 0);
    EXPECT_FALSE(f);
    f = TypeParam(&alive);
    EXPECT_EQ(alive, 1);
    f = TypeParam(&alive);
    EXPECT_EQ(alive, 1);
  }
  EXPECT_EQ(alive, 0);
}

TYPED_TEST(UniqueFunctionOf, moves_with_its_state_and_leaves_nothing_behind) {
  int alive = 0;
  UniqueFunction<int()> from{TypeParam(&alive)};
  from();
  UniqueFunction<int()> to = std::move(from);
  EXPECT_FALSE(from); // NOLINT: a moved-from function is empty, by promise
  EXPECT_EQ(to(), 2);
  from = std::move(to);
  EXPECT_EQ(from(), 3);
  EXPECT_EQ(alive, 1);
  auto& same = from;
  from = std::move(same);
  EXPECT_EQ(from(), 4);
}

TYPED_TEST(UniqueFunctionOf, survives_the_growth_of_a_vector) {
  int alive = 0;
  std::vector<UniqueFunction<int()>> functions;
  for (int i = 0; i < 100; ++i) functions.emplace_back(TypeParam(&alive));
  EXPECT_EQ(alive, 100);
  for (auto& f : functions) EXPECT_EQ(f(), 1);
  functions.clear();
  EXPECT_EQ(alive, 0);
}

TEST(UniqueFunction, holds_what_cannot_be_copied) {
  UniqueFunction<int()> f = [owned = std::make_unique<int>(7)] { return *owned; };
  EXPECT_EQ(f(), 7);
}

TEST(UniqueFunction, holds_what_may_throw_when_moved_and_what_is_aligned) {
  UniqueFunction<int()> throwing{ThrowsWhenMoved{}};
  EXPECT_EQ(UniqueFunction<int()>(std::move(throwing))(), 7);
  UniqueFunction<bool()> aligned{Aligned{}};
  EXPECT_TRUE(UniqueFunction<bool()>(std::move(aligned))());
}

TEST(UniqueFunction, passes_arguments_without_copying_them) {
  UniqueFunction<std::string(std::unique_ptr<int>, std::string&, const std::string&)> f =
      [](std::unique_ptr<int> n, std::string& out, const std::string& in) {
        out += in;
        return std::to_string(*n);
      };
  std::string out = "a";
  EXPECT_EQ(f(std::make_unique<int>(3), out, "b"), "3");
  EXPECT_EQ(out, "ab");
}

TEST(UniqueFunction, holds_a_plain_function) {
  UniqueFunction<int(int)> f = +[](int n) { return n + 1; };
  EXPECT_EQ(f(1), 2);
  UniqueFunction<void(int)> without_result = +[](int n) { return n; };
  without_result(1);
}

TEST(UniqueFunction, may_replace_itself_by_way_of_a_moved_call) {
  UniqueFunction<int()> f;
  f = [&f] {
    auto self = std::move(f); // the pattern of a completion that may be called once
    f = [] { return 2; };
    return 1;
  };
  auto running = std::move(f);
  EXPECT_EQ(running(), 1);
}

TEST(UniqueFunctionDeathTest, stops_the_program_when_it_is_empty) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  UniqueFunction<void()> none;
  EXPECT_FALSE(none);
  EXPECT_DEATH(none(), "an empty UniqueFunction was called");
  UniqueFunction<void()> null = nullptr;
  EXPECT_DEATH(null(), "check failed");
}

} // namespace
} // namespace wire
