#include "wire/http/static_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/base/check.h"

namespace wire::http {
namespace {

using testing::Contains;
using testing::Key;
using testing::Not;
using testing::Pair;

// An exchange whose answer is kept.
class Asked final : public Exchange {
 public:
  Asked(std::string_view path, std::vector<Header> headers, std::string_view method) {
    request_.method = method;
    request_.target = request_.path = path;
    request_.headers = std::move(headers);
  }
  const Request& request() const override { return request_; }
  void set_body_limit(std::size_t) override {}
  void respond(Response response) override { answer = std::move(response); }
  void respond_raw(std::string) override { check(false, "not asked for"); }
  std::shared_ptr<net::Connection> upgrade(std::string, std::string&) override { return nullptr; }
  void hand_over(Server&) override { check(false, "not asked for"); }
  void abort() override { check(false, "not asked for"); }

  Response answer;

 private:
  Request request_;
};

class StaticFilesTest : public testing::Test {
 protected:
  static StaticFiles files(std::optional<CorsOptions> cors = std::nullopt) {
    StaticFiles files(std::move(cors));
    files.add({"/app/a.js", "application/javascript; charset=utf-8", "\"1.2.3\"", "let a;", "compressed"});
    files.add({"/app/b.json", "application/json", "\"4\"", "{}", {}});
    return files;
  }
  static Response ask(StaticFiles files, std::string_view path, std::vector<Header> headers = {},
                      std::string_view method = "GET") {
    Router router;
    files.attach(router);
    Asked asked(path, std::move(headers), method);
    Handler* handler = router.find(path);
    check(handler != nullptr, "no file at that path");
    handler->on_request(asked);
    return asked.answer;
  }
};

TEST_F(StaticFilesTest, are_sent_with_their_type_and_tag) {
  const Response answer = ask(files(), "/app/a.js");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "let a;");
  EXPECT_THAT(answer.headers, Contains(Pair("Content-Type", "application/javascript; charset=utf-8")));
  EXPECT_THAT(answer.headers, Contains(Pair("Cache-Control", "public, max-age=0")));
  EXPECT_THAT(answer.headers, Contains(Pair("ETag", "\"1.2.3\"")));
  EXPECT_THAT(answer.headers, Contains(Pair("Vary", "Accept-Encoding")));
  EXPECT_THAT(answer.headers, Not(Contains(Key("Content-Encoding"))));
  EXPECT_EQ(ask(files(), "/app/b.json").body, "{}");
}

TEST_F(StaticFilesTest, are_sent_compressed_to_who_accepts_that_where_it_was_prepared) {
  const Response answer = ask(files(), "/app/a.js", {{"accept-encoding", "gzip, deflate, br"}});
  EXPECT_EQ(answer.body, "compressed");
  EXPECT_THAT(answer.headers, Contains(Pair("Content-Encoding", "gzip")));
  for (const char* accepted : {"br", "deflate", "gzip;q=0", ""}) {
    EXPECT_EQ(ask(files(), "/app/a.js", {{"accept-encoding", accepted}}).body, "let a;") << accepted;
  }
  const Response other = ask(files(), "/app/b.json", {{"accept-encoding", "gzip"}});
  EXPECT_EQ(other.body, "{}");
  EXPECT_THAT(other.headers, Not(Contains(Key("Content-Encoding"))));
}

TEST_F(StaticFilesTest, are_not_sent_again_to_who_has_them) {
  for (const char* etags : {"\"1.2.3\"", "W/\"1.2.3\"", "\"1\", W/\"1.2.3\"", "*", "\"1.2.3\","}) {
    const Response answer = ask(files(), "/app/a.js", {{"if-none-match", etags}});
    EXPECT_EQ(answer.status, 304) << etags;
    EXPECT_EQ(answer.body, "");
    EXPECT_THAT(answer.headers, Contains(Pair("ETag", "\"1.2.3\"")));
  }
  for (const char* etags : {"\"1.2.4\"", "1.2.3", "W/W/\"1.2.3\"", "", ","}) {
    EXPECT_EQ(ask(files(), "/app/a.js", {{"if-none-match", etags}}).status, 200) << etags;
  }
}

TEST_F(StaticFilesTest, are_at_exactly_their_path) {
  EXPECT_EQ(ask(files(), "/app/a.js/").status, 404);
  EXPECT_EQ(ask(files(), "/app/a.js/b").status, 404);
  EXPECT_EQ(ask(files(), "/app/%61.js").status, 404); // the router decodes
}

TEST_F(StaticFilesTest, cannot_be_changed) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "get"}) {
    const Response answer = ask(files(), "/app/a.js", {}, method);
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_THAT(answer.headers, Contains(Pair("Allow", "GET, HEAD")));
  }
  EXPECT_EQ(ask(files(), "/app/a.js", {}, "HEAD").status, 200);
}

TEST_F(StaticFilesTest, carry_the_headers_of_cors_when_it_is_on) {
  const std::vector<Header> from{{"origin", "http://a"}};
  EXPECT_THAT(ask(files(CorsOptions()), "/app/a.js", from).headers, Contains(Pair("Access-Control-Allow-Origin", "*")));
  EXPECT_THAT(ask(files(), "/app/a.js", from).headers, Not(Contains(Key("Access-Control-Allow-Origin"))));
  EXPECT_EQ(ask(files(CorsOptions()), "/app/a.js", from, "OPTIONS").status, 204);
}

} // namespace
} // namespace wire::http
