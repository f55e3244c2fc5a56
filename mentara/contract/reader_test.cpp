#include "mentara/contract/reader.h"

#include <gtest/gtest.h>

#include <boost/describe/class.hpp>

#include "mentara/contract/enums.h"

// What no payload of today does, but the description promises.
namespace mentara::contract {
namespace {

struct GiveRole {
  UserId userId;
  MemberRole role;
  std::optional<List<Default<Integer<1, 2>, 2>, 2>> nested;
};
BOOST_DESCRIBE_STRUCT(GiveRole, (), (userId, role, nested))

struct Base {
  Text<1, 2> first;
};
BOOST_DESCRIBE_STRUCT(Base, (), (first))

struct Derived : Base {
  Text<1, 2> second;
};
BOOST_DESCRIBE_STRUCT(Derived, (Base), (second))

const User caller{.id = {"user-1"}};

template <class T>
auto read_json(const char* json) {
  static wire::JsonParser parser;
  const auto payload = parser.parse(json);
  EXPECT_TRUE(payload) << json;
  return decode<T>(*payload, caller);
}

TEST(Reader, lets_a_described_field_name_somebody_else) {
  const auto request = read_json<GiveRole>(R"({"userId":"user-2","role":"moderator"})");
  ASSERT_TRUE(request) << request.error().error;
  EXPECT_EQ(request->userId.value, "user-2");
  EXPECT_EQ(request->role, MemberRole::MODERATOR);
  EXPECT_EQ(read_json<GiveRole>(R"({"userId":"user-2","role":"ADMIN","senderId":"user-2"})").error().code,
            Code::forbidden);
}

TEST(Reader, joins_indices_without_a_dot) {
  EXPECT_EQ(read_json<GiveRole>(R"({"userId":"u","role":"ADMIN","nested":[1,3]})").error().field, "nested[1]");
}

TEST(Reader, reads_the_members_of_bases_too) {
  EXPECT_EQ(read_json<Derived>(R"({"first":"a","second":"b"})")->first.value, "a");
  EXPECT_EQ(read_json<Derived>(R"({"second":"b"})").error().field, "first");
}

} // namespace
} // namespace mentara::contract
