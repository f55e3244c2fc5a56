#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/eio/packet_codec.h"
#include "wire/eio/test_support.h"
#include "wire/net/test_support.h"
#include "wire/sio/server.h"

// For the tests of this folder: clients by hand. Packets are spelt as they travel, behind Engine.IO's digit:
// 42["event"].
namespace wire::sio::test {

// One connection of a server, over a transport that only writes down.
class TestClient {
 public:
  explicit TestClient(Server& server) : server_(server), session_("abcdefghijklmnopqrst", server.options(), host) {
    session_.start(transport, "[]", server.loop().now());
    transport.take();
    client_.emplace(server, session_, request_);
  }
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;
  ~TestClient() { // its session ends first, as it does in a server
    if (client_ && !ended()) session_.discard(eio::CloseReason::transport_close);
  }

  void text(std::string_view packet) {
    std::string scratch;
    session_.on_packet(*eio::parse_packet(packet, scratch), server_.loop().now());
  }
  void binary(std::string_view bytes) {
    session_.on_packet({eio::PacketType::message, bytes, true}, server_.loop().now());
  }
  // What came since the last call; "close" and "abort" are the end.
  std::vector<std::string> take() { return transport.take(); }

  // Joins the namespace; the id of its socket.
  std::string connect(const std::string& nsp = "/") {
    const std::string prefix = nsp == "/" ? "40" : "40" + nsp + ",";
    text(prefix);
    const auto came = take();
    if (came.size() != 1 || !came[0].starts_with(prefix + R"({"sid":")")) {
      ADD_FAILURE() << "not connected to " << nsp << ": " << testing::PrintToString(came);
      return {};
    }
    return came[0].substr(prefix.size() + 8, 20);
  }
  Socket& socket(const std::string& nsp = "/") {
    const std::string id = connect(nsp);
    return *server_.find(nsp)->adapter().find(id);
  }
  bool ended() const { return host.closed > 0; }
  eio::Session& session() { return session_; }
  void drop() { client_.reset(); } // as when the server goes

  eio::test::RecordingHost host;
  eio::test::RecordingTransport transport;

 private:
  static http::Request request() {
    http::Request request;
    request.method = "GET";
    request.target = "/socket.io/?EIO=4&transport=websocket&user=a";
    request.headers = {{"host", "a"}, {"origin", "https://a.example"}};
    request.peer = {"192.0.2.1", 4321};
    return request;
  }

  Server& server_;
  const eio::HandshakeRequest request_{request(), 1'700'000'000'000};
  eio::Session session_;
  std::optional<Client> client_;
};

class ServerTest : public testing::Test {
 protected:
  explicit ServerTest(ServerOptions options = {}) : server(loop, std::move(options)) {}

  // Fires the timers that are due after this time.
  void pass(Duration time) {
    elapsed_ += time;
    loop.timers().advance(loop.now() + elapsed_);
  }

  net::Loop loop;
  Server server;
  Namespace& nsp = server.of("/");

 private:
  Duration elapsed_{};
};

} // namespace wire::sio::test
