#include "wire/http/router.h"

#include <gtest/gtest.h>

#include "wire/http/handler.h"

namespace wire::http {
namespace {

struct Silent final : Handler {
  void on_request(Exchange&) override {}
};

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    router.add("/", root);
    router.add("/socket.io/", sio);
    router.add("/api", api);
    router.add("/api/admin", admin);
  }
  Silent root, sio, api, admin;
  Router router;
};

TEST_F(RouterTest, lets_the_longest_prefix_win) {
  EXPECT_EQ(router.find("/"), &root);
  EXPECT_EQ(router.find("/index.html"), &root);
  EXPECT_EQ(router.find("/socket.io/"), &sio);
  EXPECT_EQ(router.find("/socket.io/socket.io.js"), &sio);
  EXPECT_EQ(router.find("/api"), &api);
  EXPECT_EQ(router.find("/api/"), &api);
  EXPECT_EQ(router.find("/api/admin/x"), &admin);
}

TEST_F(RouterTest, ends_a_prefix_at_a_segment) {
  EXPECT_EQ(router.find("/apis"), &root);
  EXPECT_EQ(router.find("/api/administrators"), &api);
  EXPECT_EQ(router.find("/socket.io"), &root);
  EXPECT_EQ(router.find("/socket.iox/"), &root);
}

TEST_F(RouterTest, knows_nobody_for_other_paths) {
  Router empty;
  EXPECT_EQ(empty.find("/"), nullptr);
  empty.add("/api", api);
  EXPECT_EQ(empty.find("/"), nullptr);
  EXPECT_EQ(empty.find("/API"), nullptr);
}

TEST_F(RouterTest, decodes_once) {
  EXPECT_EQ(router.find("/%61pi"), &api);
  EXPECT_EQ(router.find("/%2561pi"), nullptr);
}

TEST_F(RouterTest, H16_has_nobody_for_tricks) {
  for (const char* path : {"",
                           "*",
                           "api",
                           "http://a/api",
                           "/socket.io/../api",
                           "/socket.io/..",
                           "/./api",
                           "/api/.",
                           "//api",
                           "/api//users",
                           "//",
                           "/socket%2eio/",
                           "/api/%2e%2e/x",
                           "/api/%2E./x",
                           "/api%2fadmin",
                           "/api%5cadmin",
                           "/api\\admin",
                           "/api%00",
                           "/api%0a",
                           "/api%7f",
                           "/api%",
                           "/api%4",
                           "/api%zz",
                           "/api%25"}) {
    EXPECT_EQ(router.find(path), nullptr) << path;
  }
  EXPECT_EQ(router.find("/api/..."), &api);
  EXPECT_EQ(router.find("/api/.well-known"), &api);
}

} // namespace
} // namespace wire::http
