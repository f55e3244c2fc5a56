#pragma once

#include <gtest/gtest.h>

#include <sys/socket.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/base/check.h"
#include "wire/eio/session.h"
#include "wire/http/handler.h"
#include "wire/net/connection.h"
#include "wire/net/test_support.h"
#include "wire/ws/frame_codec.h"

// For the tests of this folder and of those that stand on it: both sides of a session, by hand.
namespace wire::eio::test {

struct RecordingHost final : SessionHost {
  TimePoint wake{};
  int closed = 0;
  void wake_at(TimePoint when) override { wake = when; }
  void on_session_closed() override { ++closed; }
};

// What a session's user hears, in one line each: "text hi", "binary xy", "receipt 1", "transport close".
struct RecordingHandler final : SessionHandler {
  std::vector<std::string> heard;
  void on_message(Session&, std::string_view data, bool binary) override {
    heard.push_back((binary ? "binary " : "text ") + std::string(data));
  }
  void on_close(Session&, CloseReason reason) override { heard.emplace_back(to_string(reason)); }
  void on_upgrade(Session&) override { heard.emplace_back("upgrade"); }
  void on_receipt(Session&, std::uint64_t receipt) override { heard.push_back("receipt " + std::to_string(receipt)); }
  void on_drained(Session&) override { heard.emplace_back("drained"); }
};

// A transport that writes down what it is given: "2", "4hello", "binary xy", "close", "abort".
struct RecordingTransport final : Transport {
  explicit RecordingTransport(TransportName n = TransportName::websocket) : own_name(n) {}

  TransportName own_name;
  bool ready = true;
  bool closes_at_once = true; // false: like polling without a poll
  Pressure verdict = Pressure::none;
  std::vector<std::string> sent;

  std::vector<std::string> take() { return std::exchange(sent, {}); }

  TransportName name() const override { return own_name; }
  bool writable() const override { return ready; }
  Pressure pressure() const override { return verdict; }
  void send(PacketType type, std::string_view data) override {
    sent.push_back(std::string(1, static_cast<char>(type)).append(data));
  }
  void send_binary(std::string_view bytes) override { sent.push_back("binary " + std::string(bytes)); }
  void send(const SharedPacket& packet) override {
    sent.push_back((packet.binary ? "binary " : "") + std::string(packet.packet()));
  }
  int flushes_requested = 0;
  void request_flush() override { ++flushes_requested; }
  void set_farewell(Farewell farewell) override {
    sent.emplace_back(farewell == Farewell::blame ? "blame" : farewell == Farewell::restart ? "restart" : "none");
  }
  bool close() override {
    sent.emplace_back("close");
    return closes_at_once;
  }
  void abort() override { sent.emplace_back("abort"); }
};

// A request as the HTTP server brings it; remembers how it was answered.
class FakeExchange final : public http::Exchange {
 public:
  explicit FakeExchange(std::string method = "GET", std::string target = "/engine.io/", std::string body = {},
                        http::Headers headers = {})
      : method_(std::move(method)), target_(std::move(target)), body_(std::move(body)), headers_(std::move(headers)) {
    request_.method = method_;
    request_.target = request_.path = target_;
    if (const std::size_t mark = target_.find('?'); mark != std::string::npos) {
      request_.path = request_.target.substr(0, mark);
      request_.query = request_.target.substr(mark + 1);
    }
    request_.body = body_;
    for (const auto& [name, value] : headers_) request_.headers.push_back({name, value});
    request_.upgrade = request_.header("upgrade").has_value();
    request_.peer = {"192.0.2.1", 4321};
  }
  FakeExchange(const FakeExchange&) = delete;
  FakeExchange& operator=(const FakeExchange&) = delete;

  bool waiting() const { return !ended_; }
  std::string body() const { return response ? response->body : std::string(waiting() ? "waiting" : "none"); }
  std::string header(std::string_view name) const {
    for (const auto& [own, value] : response.value_or(http::Response{}).headers) {
      if (own == name) return value;
    }
    return "none";
  }

  std::optional<http::Response> response;
  std::string raw; // of respond_raw() and upgrade()
  bool aborted = false;
  std::shared_ptr<net::Connection> connection; // for upgrade()
  std::string glued;                           // what came behind the request

  const http::Request& request() const override { return request_; }
  void set_body_limit(std::size_t) override {}
  void respond(http::Response given) override {
    end();
    response = std::move(given);
  }
  void respond_raw(std::string bytes) override {
    end();
    raw = std::move(bytes);
  }
  std::shared_ptr<net::Connection> upgrade(std::string raw_response, std::string& leftover) override {
    end();
    raw = std::move(raw_response);
    leftover = glued;
    return connection;
  }
  void hand_over(http::Server&) override { end(); }
  void abort() override {
    end();
    aborted = true;
  }

 private:
  void end() {
    EXPECT_FALSE(ended_) << "an exchange is over when it is answered";
    ended_ = true;
  }

  const std::string method_, target_, body_;
  const http::Headers headers_;
  http::Request request_;
  bool ended_ = false;
};

// A client's frame.
inline std::string frame(std::string_view payload, ws::Opcode opcode = ws::Opcode::text) {
  std::string bytes;
  ws::append_masked_frame(bytes, opcode, payload, 0x3dfa2137);
  return bytes;
}

// Takes the first frame of a server's bytes: text as it is, "binary xy", "close", "close 1009"; none while it is not
// complete.
inline std::optional<std::string> take_frame(std::string& bytes) {
  const auto header = ws::parse_frame_header(bytes, ws::Sender::server);
  if (!header || bytes.size() < header->header_bytes + header->payload_bytes) return std::nullopt;
  const std::string payload = bytes.substr(header->header_bytes, header->payload_bytes);
  bytes.erase(0, header->header_bytes + payload.size());
  if (header->opcode == ws::Opcode::text) return payload;
  if (header->opcode == ws::Opcode::binary) return "binary " + payload;
  if (header->opcode != ws::Opcode::close) return "control " + payload;
  if (payload.size() < 2) return "close";
  const auto code = static_cast<unsigned char>(payload[0]) * 256 + static_cast<unsigned char>(payload[1]);
  return "close " + std::to_string(code);
}

// The client's end of a WebSocket whose other end is `connection`.
class WsPeer {
 public:
  explicit WsPeer(net::Loop& loop) : loop_(loop) {
    int pair[2];
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0, "socketpair");
    connection = net::Connection::adopt(loop, pair[0], {"192.0.2.1", 4321});
    socket.emplace(pair[1]);
  }

  void text(std::string_view payload) { socket->send(frame(payload)); }
  void binary(std::string_view payload) { socket->send(frame(payload, ws::Opcode::binary)); }
  // A close frame, as a client that leaves sends it.
  void say_close() { socket->send(frame("", ws::Opcode::close)); }

  // The frames that came since the last call; "end" when the connection ended.
  std::vector<std::string> take() {
    net::test::run_turns(loop_);
    socket->read();
    bytes_ += socket->take_received();
    std::vector<std::string> lines;
    while (auto line = take_frame(bytes_)) lines.push_back(*std::move(line));
    if (socket->ended() || socket->was_reset()) lines.emplace_back("end");
    return lines;
  }

  std::shared_ptr<net::Connection> connection;
  std::optional<net::test::Client> socket;

 private:
  net::Loop& loop_;
  std::string bytes_;
};

} // namespace wire::eio::test
