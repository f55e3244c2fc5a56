#include "wire/base/read_json.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace chess {

struct Move {
  std::string from, to;
  std::optional<int> seconds;
};
bool read_json(wire::JsonView value, Move& move) {
  return wire::read_member(value, "from", move.from) && wire::read_member(value, "to", move.to) &&
         wire::read_member(value, "seconds", move.seconds);
}

} // namespace chess

namespace wire {
namespace {

class ReadJson : public testing::Test {
 protected:
  template <class T>
  std::optional<T> read(std::string_view json) {
    const auto parsed = parser_.parse(json);
    EXPECT_TRUE(parsed) << json;
    T value{};
    if (!read_json(*parsed, value)) return std::nullopt;
    return std::optional<T>(std::in_place, std::move(value));
  }

 private:
  JsonParser parser_;
};

TEST_F(ReadJson, reads_a_value_as_its_type_and_nothing_else) {
  EXPECT_EQ(read<bool>("true"), true);
  EXPECT_EQ(read<bool>("1"), std::nullopt);
  EXPECT_EQ(read<int>("-7"), -7);
  EXPECT_EQ(read<int>("3.0"), 3);
  EXPECT_EQ(read<int>("3.5"), std::nullopt);
  EXPECT_EQ(read<int>("\"3\""), std::nullopt);
  EXPECT_EQ(read<double>("3.5"), 3.5);
  EXPECT_EQ(read<double>("3"), 3.0);
  EXPECT_EQ(read<double>("null"), std::nullopt);
  EXPECT_EQ(read<std::string>(R"("a\n\u00e4")"), "a\nä");
  EXPECT_EQ(read<std::string>("{}"), std::nullopt);
}

TEST_F(ReadJson, an_integer_must_fit) {
  EXPECT_EQ(read<std::uint8_t>("255"), 255);
  EXPECT_EQ(read<std::uint8_t>("256"), std::nullopt);
  EXPECT_EQ(read<std::uint8_t>("-1"), std::nullopt);
  EXPECT_EQ(read<std::int64_t>("-9223372036854775808"), INT64_MIN);
}

TEST_F(ReadJson, null_is_an_optional_without_a_value) {
  std::optional<int> value = 7;
  ASSERT_TRUE(read_json(JsonView(), value));
  EXPECT_EQ(value, std::nullopt);
  EXPECT_EQ(read<std::optional<int>>("1").value(), 1);
  EXPECT_FALSE(read<std::optional<int>>("true"));
}

TEST_F(ReadJson, all_elements_of_a_vector_are_of_its_type) {
  using Numbers = std::vector<int>;
  EXPECT_EQ(read<Numbers>("[1,2]"), (Numbers{1, 2}));
  EXPECT_EQ(read<Numbers>("[]"), Numbers());
  EXPECT_EQ(read<Numbers>("[1,\"2\"]"), std::nullopt);
  EXPECT_EQ(read<Numbers>("1"), std::nullopt);
}

TEST_F(ReadJson, a_type_of_the_application_is_found_in_its_namespace) {
  const auto moves = read<std::vector<chess::Move>>(R"([{"from":"e2","to":"e4"},{"to":"e5","from":"e7","seconds":3}])");
  ASSERT_TRUE(moves);
  EXPECT_EQ(moves->at(0).to, "e4");
  EXPECT_EQ(moves->at(0).seconds, std::nullopt);
  EXPECT_EQ(moves->at(1).seconds, 3);
  EXPECT_FALSE(read<chess::Move>(R"({"from":"e2"})"));
  EXPECT_FALSE(read<chess::Move>(R"("e2")"));
}

} // namespace
} // namespace wire
