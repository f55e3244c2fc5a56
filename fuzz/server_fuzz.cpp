// A whole Socket.IO server and up to four clients on socket pairs. The input is the script of what they do: connect,
// send bytes or requests or frames, hang up, let time pass. Whatever they do, the server answers in HTTP and in frames
// of a server, and when they are gone, nothing of them is left.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "wire/base/check.h"
#include "wire/base/log.h"
#include "wire/http/server.h"
#include "wire/net/test_support.h"
#include "wire/sio/server.h"
#include "wire/ws/frame_codec.h"

namespace {

using namespace wire;

constexpr std::size_t clients_max = 4, operations_max = 64;

// The rest of the script: where it ends, zeros follow.
class Script {
 public:
  explicit Script(std::string_view bytes) : rest_(bytes) {}
  bool at_end() const { return rest_.empty(); }
  unsigned byte() {
    if (rest_.empty()) return 0;
    const auto first = static_cast<unsigned char>(rest_[0]);
    rest_.remove_prefix(1);
    return first;
  }
  std::string_view text() { // a length and as many bytes
    const std::size_t size = byte();
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(bytes.size());
    return bytes;
  }

 private:
  std::string_view rest_;
};

sio::ServerOptions server_options() {
  sio::ServerOptions options;
  options.serve_client = false;
  options.max_http_buffer_size = options.decoder.message_bytes_max = 4000;
  options.payload_packets_max = 20;
  options.http_compression->threshold = 100;
  options.per_message_deflate.emplace().threshold = 50;
  options.cors.emplace();
  options.connection_state_recovery.emplace();
  options.allow_request = [](const http::Request& request, eio::AllowReply reply) {
    request.query.find("deny") == std::string_view::npos ? reply.allow() : reply.refuse("no");
  };
  return options;
}

class World {
 public:
  World() : http_(loop_), server_(loop_, server_options()) {
    server_.attach(http_);
    for (const char* name : {"/", "/custom"}) {
      sio::Namespace& nsp = server_.of(name);
      nsp.on("message", [](sio::Socket& socket, const sio::Args& args, sio::Ack ack) {
        socket.emit_payload("message-back", sio::Payload().add(args));
        ack.send(sio::Payload().add(args));
      });
      nsp.on("tell", [](sio::Socket& socket, const sio::Args& args, sio::Ack) {
        socket.join("room");
        socket.nsp().to("room").emit_payload("told", sio::Payload().add(args));
      });
      nsp.on("ask", [](sio::Socket& socket, const sio::Args&, sio::Ack) {
        socket.emit_with_ack(
            seconds(5), [](const sio::Args*) {}, "question");
      });
      nsp.on("leave", [](sio::Socket& socket, const sio::Args& args, sio::Ack) { socket.disconnect(args.size() > 0); });
    }
    server_.of("/custom").use([this](sio::Socket&, sio::Next next) { waiting_.emplace(std::move(next)); });
  }

  void play(Script script) {
    for (std::size_t i = 0; i < operations_max && !script.at_end(); ++i) {
      const unsigned choice = script.byte();
      operate(choice & 0x0f, clients_[choice >> 4 & 3], script);
      net::test::run_turns(loop_, 4);
      for (Client& client : clients_) client.read();
    }
  }

  void end() {
    for (Client& client : clients_) client.peer.reset();
    waiting_.reset();
    // Longer than any timeout, in steps, since one timer arms another.
    for (int i = 0; i < 8; ++i) pass(seconds(50));
    check(server_.engine().session_count() == 0, "a session that outlives its client");
    check(http_.connections() == 0, "a connection that outlives its client");
    check(server_.of("/").adapter().room_count() == 0, "a room without members");
  }

 private:
  struct Client {
    std::optional<net::test::Client> peer;
    std::string sid;
    bool upgraded = false;
    std::size_t read_bytes = 0;

    void read();
  };

  void operate(unsigned operation, Client& client, Script& script);
  void connect(Client& client);
  void request(Client& client, std::string_view method, bool websocket, Script& script);
  void pass(Duration time) {
    elapsed_ += time;
    loop_.timers().advance(loop_.now() + elapsed_);
    net::test::run_turns(loop_, 4);
  }

  net::Loop loop_;
  http::Server http_;
  sio::Server server_;
  std::array<Client, clients_max> clients_;
  std::optional<sio::Next> waiting_; // of who wants into /custom
  Duration elapsed_{};
};

void World::connect(Client& client) {
  int ends[2];
  check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0, "socketpair");
  client.peer.emplace(ends[0]);
  client.sid.clear();
  client.upgraded = false;
  client.read_bytes = 0;
  http_.adopt(ends[1], {"192.0.2.1", 1});
}

void World::request(Client& client, std::string_view method, bool websocket, Script& script) {
  // The session of any of the clients, or none.
  const unsigned choice = script.byte();
  std::string bytes(method);
  bytes.append(" /socket.io/?EIO=4&transport=").append(websocket ? "websocket" : "polling");
  if ((choice & 4) != 0) bytes.append("&sid=").append(clients_[choice & 3].sid);
  bytes.append(" HTTP/1.1\r\nHost: a\r\n");
  if (websocket) {
    bytes.append("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n");
    bytes.append("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
    if ((choice & 8) != 0) bytes.append("Sec-WebSocket-Extensions: permessage-deflate\r\n");
  }
  if ((choice & 16) != 0) bytes.append("Accept-Encoding: gzip\r\n");
  const std::string_view body = script.text();
  if (!body.empty()) bytes.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  bytes.append("\r\n").append(body);
  client.peer->send_some(bytes);
}

void World::operate(unsigned operation, Client& client, Script& script) {
  if (operation == 0) return connect(client);
  if (operation == 1) {
    constexpr std::array steps = {milliseconds(5), milliseconds(150), milliseconds(3000), milliseconds(21'000)};
    return pass(steps[script.byte() % steps.size()]);
  }
  if (operation == 2) {
    auto next = std::exchange(waiting_, std::nullopt);
    if (!next) return;
    return script.byte() % 2 == 0 ? (*next)() : next->refuse({"no", {}});
  }
  if (!client.peer) connect(client);
  switch (operation) {
    case 3:
      return request(client, "GET", false, script);
    case 4:
      return request(client, "POST", false, script);
    case 5:
      return request(client, "GET", true, script);
    case 6: { // a frame as a client should send it, but for its first byte
      const unsigned first = script.byte();
      std::string frame;
      ws::append_masked_frame(frame, ws::Opcode::text, script.text(), 0x3d21fa37);
      frame[0] = static_cast<char>(first);
      client.peer->send_some(frame);
      return;
    }
    case 7: { // a packet as text
      std::string frame;
      ws::append_masked_frame(frame, ws::Opcode::text, script.text(), 0x3d21fa37);
      client.peer->send_some(frame);
      return;
    }
    case 8:
      client.peer->finish();
      return;
    case 9:
      client.peer.reset();
      return;
    default: // bytes
      client.peer->send_some(script.text());
  }
}

// Answers of HTTP, then frames of a server.
void World::Client::read() {
  if (!peer) return;
  peer->read(64 * 1024);
  const std::string& received = peer->received();
  check(received.size() < 8'000'000, "more than anybody asked for");
  if (sid.empty()) {
    constexpr std::string_view before = R"("sid":")";
    if (const auto at = received.find(before); at != std::string::npos) sid = received.substr(at + before.size(), 20);
  }
  if (!upgraded && received.size() >= 9) {
    check(received.starts_with("HTTP/1.1 "), "an answer that is none of HTTP");
    if (!received.starts_with("HTTP/1.1 101 ")) return;
    const auto head = received.find("\r\n\r\n");
    if (head == std::string::npos) return;
    upgraded = true;
    read_bytes = head + 4;
  }
  while (upgraded) {
    const std::string_view rest = std::string_view(received).substr(read_bytes);
    const auto header = ws::parse_frame_header(rest, ws::Sender::server);
    if (!header) {
      check(header.error() == ws::Error::incomplete, "a frame that a server must not send");
      return;
    }
    if (rest.size() < header->header_bytes + header->payload_bytes) return;
    read_bytes += static_cast<std::size_t>(header->header_bytes + header->payload_bytes);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  set_log_level(LogLevel::error);
  World world;
  world.play(Script({reinterpret_cast<const char*>(data), size}));
  world.end();
  return 0;
}
