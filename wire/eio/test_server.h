#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "wire/eio/server.h"
#include "wire/net/test_support.h"
#include "wire/ws/frame_codec.h"

// For the tests of this folder: a server on a port of its own, and what a client says to it by hand.
namespace wire::eio::test {

class RunningServer {
 public:
  // Keeps the session of the last connection; what clients send is thrown away.
  struct Last final : SessionHandler {
    Session* session = nullptr;
    void on_message(Session&, std::string_view, bool) override {}
    void on_close(Session&, CloseReason) override { session = nullptr; }
  };

  explicit RunningServer(ServerOptions options) : engine(loop, std::move(options)) {
    engine.on_connection([this](Session& session, const HandshakeRequest&) {
      last.session = &session;
      session.set_handler(last);
    });
    engine.attach(http);
    port = *http.listen("127.0.0.1", 0);
  }
  ~RunningServer() {
    engine.close(CloseReason::server_shutting_down);
    http.close();
    net::test::run_turns(loop);
  }

  std::unique_ptr<net::test::Client> connect() const {
    return std::make_unique<net::test::Client>(net::test::Client::connect_to(port));
  }
  bool until(const std::function<bool()>& done) { return net::test::run_until(loop, done); }
  // What comes to `client` until it holds `part`, or the server closes.
  std::string read_until(net::test::Client& client, std::string_view part) {
    EXPECT_TRUE(until([&] {
      client.read();
      return client.received().find(part) != std::string::npos || client.ended() || client.was_reset();
    })) << "no "
        << part << " in " << client.received();
    return client.received();
  }
  // One request on a connection of its own, and the whole answer: head and body.
  std::string answer(std::string_view target, std::string_view headers = "", std::string_view method = "GET") {
    const auto client = connect();
    client->send(request(target, std::string(headers) + "Connection: close\r\n", method));
    EXPECT_TRUE(until([&] {
      client->read();
      return client->ended() || client->was_reset();
    }));
    return client->take_received();
  }

  static std::string request(std::string_view target, std::string_view headers = "", std::string_view method = "GET") {
    return std::string(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: a\r\n").append(headers) + "\r\n";
  }
  static std::string upgrade_request(std::string_view target, std::string_view headers = "") {
    return request(target, std::string("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
                               .append(headers));
  }

  net::Loop loop;
  Last last;
  Server engine;
  http::Server http{loop};
  std::uint16_t port = 0;
};

inline constexpr std::string_view polling = "/engine.io/?EIO=4&transport=polling";
// Appended piece by piece: g++ 12 sees an overflow in a chain of operator+ that is not there.
inline std::string polling_with(std::string_view sid) {
  std::string target(polling);
  target.append("&sid=").append(sid);
  return target;
}
inline constexpr std::string_view websocket = "/engine.io/?EIO=4&transport=websocket";

inline std::string body_of(const std::string& response) { return response.substr(response.find("\r\n\r\n") + 4); }

// The session id in an open packet.
inline std::string sid_of(std::string_view response) {
  constexpr std::string_view before = R"("sid":")";
  const std::string_view sid = response.substr(response.find(before) + before.size());
  return std::string(sid.substr(0, sid.find('"')));
}

} // namespace wire::eio::test
