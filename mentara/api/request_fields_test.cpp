#include "mentara/api/request_fields.h"

#include <gtest/gtest.h>

namespace mentara::api {
namespace {

class RequestFieldsTest : public testing::Test {
 protected:
  std::string join(const PathFields& path, std::string_view query, std::string_view body) {
    const auto fields = join_fields(path, query, body, parser_);
    return fields ? *fields : "refused: " + fields.error().error;
  }
  wire::JsonParser parser_;
};

TEST_F(RequestFieldsTest, of_path_query_and_body_are_one_object) {
  EXPECT_EQ(join({{"id", "a\"b"}}, "before=x%20y", R"({"content":"text","list":[1,{"a":null}]})"),
            R"({"id":"a\"b","before":"x y","content":"text","list":[1,{"a":null}]})");
  EXPECT_EQ(join({}, "", ""), "{}");
}

TEST_F(RequestFieldsTest, are_numbers_and_flags_where_the_contract_has_such) {
  EXPECT_EQ(join({}, "limit=20&beforeSeq=9007199254740991&unreadOnly=true&query=7", ""),
            R"({"limit":20,"beforeSeq":9007199254740991,"unreadOnly":true,"query":"7"})");
  EXPECT_EQ(join({}, "limit=2x&afterSeq=-1&aroundSeq=01&unreadOnly=yes", ""),
            R"({"limit":"2x","afterSeq":"-1","aroundSeq":"01","unreadOnly":"yes"})");
}

TEST_F(RequestFieldsTest, count_once_and_the_path_decides) {
  EXPECT_EQ(join({{"id", "path"}}, "id=query&a=1&a=2", R"({"id":"body","a":3})"), R"({"id":"path","a":"1"})");
}

TEST_F(RequestFieldsTest, are_not_read_from_a_body_that_is_no_object) {
  for (const char* body : {"[]", "\"x\"", "{", "{\"a\":1}x", "{\"a\":1,\"a\":2}", "\xff"}) {
    EXPECT_EQ(join({}, "", body), "refused: The body must be a JSON object.") << body;
  }
  EXPECT_EQ(join({{"id", "\xff"}}, "", ""), "refused: id must be UTF-8");
}

} // namespace
} // namespace mentara::api
