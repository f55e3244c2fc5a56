#include "wire/sio/client_bundle.h"

#include <gtest/gtest.h>

#include "wire/http/router.h"

namespace wire::sio {
namespace {

// What the files are is told by tests/journeys/wire/sio_serve_client.test.mjs, which has them to compare.
TEST(SioClientBundle, is_below_the_path_of_the_server_and_nowhere_else) {
  for (const char* path : {"/socket.io", "/socket.io/"}) {
    http::Router router;
    http::StaticFiles files = client_bundle(path, std::nullopt);
    files.attach(router);
    const bool there = !client_bundle_version().empty();
    EXPECT_EQ(router.find("/socket.io/socket.io.js") != nullptr, there);
    EXPECT_EQ(router.find("/socket.io/socket.io.msgpack.min.js.map") != nullptr, there);
    EXPECT_EQ(router.find("/socket.io/"), nullptr);
    EXPECT_EQ(router.find("/socket.io/other.js"), nullptr);
    EXPECT_EQ(router.find("/socket.io.js"), nullptr);
  }
}

} // namespace
} // namespace wire::sio
