#include "mentara/api/route_table.h"

#include <gtest/gtest.h>

namespace mentara::api {
namespace {

class RouteTableTest : public testing::Test {
 protected:
  RouteTableTest() {
    const auto add = [this](std::string_view method, std::string_view path,
                            contract::Audience audience = contract::Audience::everybody) {
      routes_.add(contract::Route<contract::NoFields, contract::PlainAck>{method, path, "", audience},
                  [](const Call&, contract::NoFields, requests::Reply) {});
    };
    add("GET", "/things");
    add("POST", "/things", contract::Audience::services);
    add("GET", "/things/all");
    add("GET", "/things/{thingId}");
    add("PUT", "/things/{thingId}/marks/{mark}");
  }
  RouteTable routes_;
};

TEST_F(RouteTableTest, finds_by_method_and_path) {
  EXPECT_TRUE(routes_.find("GET", "/things").handler);
  EXPECT_EQ(routes_.find("GET", "/things").audience, contract::Audience::everybody);
  EXPECT_EQ(routes_.find("POST", "/things").audience, contract::Audience::services);
  EXPECT_FALSE(routes_.find("get", "/things").handler);
}

TEST_F(RouteTableTest, reads_the_fields_of_the_path) {
  const auto match = routes_.find("PUT", "/things/a.b:1/marks/%F0%9F%91%8D");
  ASSERT_TRUE(match.handler);
  ASSERT_EQ(match.fields.size(), 2u);
  EXPECT_EQ(match.fields[0], (std::pair<std::string_view, std::string>("thingId", "a.b:1")));
  EXPECT_EQ(match.fields[1], (std::pair<std::string_view, std::string>("mark", "👍")));
}

TEST_F(RouteTableTest, prefers_what_was_added_first) { EXPECT_TRUE(routes_.find("GET", "/things/all").fields.empty()); }

TEST_F(RouteTableTest, says_which_methods_a_path_knows) {
  const auto match = routes_.find("DELETE", "/things");
  EXPECT_FALSE(match.handler);
  EXPECT_EQ(match.allowed, "GET, POST");
}

TEST_F(RouteTableTest, knows_no_other_paths) {
  for (const char* path : {"", "/", "/thing", "/things/", "/things/1/marks", "/things/1/marks/2/3", "things"}) {
    const auto match = routes_.find("PUT", path);
    EXPECT_FALSE(match.handler) << path;
  }
  EXPECT_EQ(routes_.find("GET", "/nothing").allowed, "");
}

} // namespace
} // namespace mentara::api
