#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "wire/eio/packet_codec.h"
#include "wire/eio/test_server.h"
#include "wire/ws/deflate.h"

namespace wire::eio {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
const std::string long_text(5000, 'x');

ServerOptions compressing() {
  ServerOptions options;
  options.per_message_deflate.emplace();
  return options;
}

struct Frame {
  bool compressed = false;
  bool binary = false;
  std::string message;
};

// A websocket session of a server.
class WebSocketClient {
 public:
  WebSocketClient(test::RunningServer& server, std::string_view target, std::string_view headers)
      : server_(server), client_(server.connect()) {
    client_->send(test::RunningServer::upgrade_request(target, headers));
    head_ = server.read_until(*client_, "maxPayload");
    const std::size_t end = head_.find("\r\n\r\n") + 4;
    read_ = end;
    head_.resize(end);
    next(); // the open packet
  }
  const std::string& head() const { return head_; }

  Frame next() {
    std::string_view rest;
    Result<ws::FrameHeader, ws::Error> header = ws::Error::message_too_big;
    EXPECT_TRUE(server_.until([&] {
      client_->read();
      rest = std::string_view(client_->received()).substr(read_);
      if (rest.size() < 2) return false;
      header = ws::parse_frame_header(rest, ws::Sender::server);
      return header && header->header_bytes > 0 && rest.size() >= header->header_bytes + header->payload_bytes;
    }));
    const std::string_view payload = rest.substr(header->header_bytes, header->payload_bytes);
    read_ += header->header_bytes + payload.size();
    Frame frame{header->rsv1, header->opcode == ws::Opcode::binary, std::string(payload)};
    if (frame.compressed) frame.message = *ws::Deflate({}).inflate(payload, 1'000'000);
    return frame;
  }
  void send(ws::Opcode opcode, std::string_view payload, bool rsv1) {
    std::string frame;
    ws::append_masked_frame(frame, opcode, payload, 0x3dfa2137, true, rsv1);
    client_->send(frame);
  }
  net::test::Client& socket() { return *client_; }
  std::string_view unread() const { return std::string_view(client_->received()).substr(read_); }

 private:
  test::RunningServer& server_;
  std::unique_ptr<net::test::Client> client_;
  std::string head_;
  std::size_t read_ = 0;
};

TEST(PerMessageDeflate, is_not_agreed_on_unless_it_is_switched_on) {
  test::RunningServer server({});
  WebSocketClient client(server, test::websocket, offer);
  EXPECT_THAT(client.head(), Not(HasSubstr("Sec-WebSocket-Extensions")));
  server.last.session->send_text(long_text);
  const Frame frame = client.next();
  EXPECT_FALSE(frame.compressed);
  EXPECT_EQ(frame.message, "4" + long_text);
}

TEST(PerMessageDeflate, is_not_used_with_a_client_that_does_not_offer_it) {
  test::RunningServer server(compressing());
  WebSocketClient client(server, test::websocket, "");
  EXPECT_THAT(client.head(), Not(HasSubstr("Sec-WebSocket-Extensions")));
  server.last.session->send_text(long_text);
  EXPECT_FALSE(client.next().compressed);
}

TEST(PerMessageDeflate, compresses_messages_that_reach_the_threshold_with_their_packet_type) {
  test::RunningServer server(compressing());
  WebSocketClient client(server, test::websocket, offer);
  EXPECT_THAT(client.head(), HasSubstr("Sec-WebSocket-Extensions: permessage-deflate"));
  const std::string below(1022, 'a');
  const std::string reaching(1023, 'a');
  server.last.session->send_text(below);
  server.last.session->send_text(reaching);
  Frame frame = client.next();
  EXPECT_FALSE(frame.compressed);
  EXPECT_EQ(frame.message, "4" + below);
  frame = client.next();
  EXPECT_TRUE(frame.compressed);
  EXPECT_EQ(frame.message, "4" + reaching);
}

TEST(PerMessageDeflate, compresses_binary_messages_as_bytes_or_as_base64_where_that_was_asked_for) {
  test::RunningServer server(compressing());
  WebSocketClient client(server, test::websocket, offer);
  const std::string zeros(3000, '\0');
  server.last.session->send_binary(zeros);
  Frame frame = client.next();
  EXPECT_TRUE(frame.compressed && frame.binary);
  EXPECT_EQ(frame.message, zeros);

  WebSocketClient text_client(server, std::string(test::websocket).append("&b64=1"), offer);
  server.last.session->send_binary(zeros);
  frame = text_client.next();
  EXPECT_TRUE(frame.compressed && !frame.binary);
  EXPECT_EQ(frame.message, "b" + std::string(4000, 'A'));
}

TEST(PerMessageDeflate, compresses_a_shared_packet_for_those_who_agreed_and_leaves_it_as_it_is_for_others) {
  test::RunningServer server(compressing());
  WebSocketClient compressed(server, test::websocket, offer);
  Session* first = server.last.session;
  WebSocketClient plain(server, test::websocket, "");
  for (const SharedPacket& packet : {share_text(long_text), share_binary(long_text)}) {
    first->send(packet);
    server.last.session->send(packet);
    const Frame one = compressed.next();
    const Frame other = plain.next();
    EXPECT_TRUE(one.compressed);
    EXPECT_FALSE(other.compressed);
    EXPECT_EQ(one.binary, packet.binary);
    EXPECT_EQ(one.message, other.message);
    EXPECT_EQ(one.message, packet.packet());
  }
}

TEST(PerMessageDeflate, leaves_a_shared_packet_alone_that_is_not_to_be_compressed) {
  test::RunningServer server(compressing());
  WebSocketClient client(server, test::websocket, offer);
  SharedPacket packet = share_text(long_text);
  packet.compress = false;
  server.last.session->send(packet);
  const Frame frame = client.next();
  EXPECT_FALSE(frame.compressed);
  EXPECT_EQ(frame.message, "4" + long_text);
}

// What a client sends as `payload`, compressed, ends the session with `code`.
void expect_refused(const std::string& payload, int code) {
  test::RunningServer server(compressing());
  WebSocketClient client(server, test::websocket, offer);
  client.send(ws::Opcode::text, payload, true);
  EXPECT_TRUE(server.until([&] { return server.last.session == nullptr; }));
  server.read_until(client.socket(), "\x88\x02");
  const std::string_view close_frame = client.unread();
  ASSERT_EQ(close_frame.size(), 4u);
  EXPECT_EQ(static_cast<unsigned char>(close_frame[2]) << 8 | static_cast<unsigned char>(close_frame[3]), code);
}

// The payload of a frame that stands for `message`.
std::string deflated(std::string_view message) {
  std::string frame;
  ws::Deflate({}).append_frame(frame, ws::Opcode::text, message);
  return frame.substr(ws::parse_frame_header(frame, ws::Sender::server)->header_bytes);
}

TEST(PerMessageDeflate, a_message_that_inflates_beyond_the_limit_is_1009_H12) {
  expect_refused(deflated("4" + std::string(16 * 1024 * 1024, 'x')), 1009);
}

TEST(PerMessageDeflate, what_is_no_deflate_is_1007) { expect_refused("\xff\xff\xff", 1007); }

} // namespace
} // namespace wire::eio
