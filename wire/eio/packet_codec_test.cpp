#include "wire/eio/packet_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "wire/ws/frame_codec.h"

namespace wire::eio {
namespace {

using testing::ElementsAre;

// Each packet of a payload in one line: "message hi", "binary hi"; what is wrong with the last one as "error 1".
std::vector<std::string> read(std::string_view payload, std::size_t packets_max = 1000) {
  std::vector<std::string> lines;
  PayloadReader reader(payload, packets_max);
  while (!reader.at_end()) {
    const auto packet = reader.next();
    if (!packet) {
      lines.push_back("error " + std::to_string(static_cast<int>(packet.error())));
    } else if (packet->binary) {
      lines.push_back("binary " + std::string(packet->data));
    } else {
      lines.push_back(std::string(1, static_cast<char>(packet->type)).append(" ").append(packet->data));
    }
  }
  return lines;
}

const std::string empty_packet = "error " + std::to_string(static_cast<int>(Error::empty_packet)),
                  unknown_type = "error " + std::to_string(static_cast<int>(Error::unknown_type)),
                  too_many_packets = "error " + std::to_string(static_cast<int>(Error::too_many_packets));

TEST(EioPacketCodec, reads_every_type_with_and_without_data) {
  std::string scratch;
  for (const char type : {'0', '1', '2', '3', '4', '5', '6'}) {
    const std::string digit(1, type), with_data = digit + "probe"; // the packets borrow them
    const auto bare = parse_packet(digit, scratch);
    ASSERT_TRUE(bare) << type;
    EXPECT_EQ(static_cast<char>(bare->type), type);
    EXPECT_EQ(bare->data, "");
    EXPECT_FALSE(bare->binary);
    const auto full = parse_packet(with_data, scratch);
    ASSERT_TRUE(full) << type;
    EXPECT_EQ(full->data, "probe");
  }
}

TEST(EioPacketCodec, refuses_an_empty_packet_and_every_other_first_byte) {
  std::string scratch;
  EXPECT_EQ(parse_packet("", scratch).error(), Error::empty_packet);
  for (int byte = 0; byte < 256; ++byte) {
    const char first = static_cast<char>(byte);
    if ((first >= '0' && first <= '6') || first == 'b') continue;
    const auto packet = parse_packet(std::string(1, first) + "4", scratch);
    ASSERT_FALSE(packet) << byte;
    EXPECT_EQ(packet.error(), Error::unknown_type);
  }
}

TEST(EioPacketCodec, reads_b_as_a_binary_message_as_lenient_as_Node) {
  std::string scratch;
  for (const char* text : {"b+/+/AA==", "b-_-_AA==", "b-_-_AA", "b-_ -_\nAA=="}) {
    const auto packet = parse_packet(text, scratch);
    ASSERT_TRUE(packet) << text;
    EXPECT_EQ(packet->type, PacketType::message);
    EXPECT_TRUE(packet->binary);
    EXPECT_EQ(packet->data, std::string_view("\xfb\xff\xbf\x00", 4)) << text;
  }
  EXPECT_EQ(parse_packet("b", scratch)->data, "");
}

TEST(EioPacketCodec, takes_a_payload_apart_at_each_separator) {
  EXPECT_THAT(read("4a\x1e"
                   "2\x1e"
                   "bYmM=\x1e"
                   "4"),
              ElementsAre("4 a", "2 ", "binary bc", "4 "));
  EXPECT_THAT(read("4a"), ElementsAre("4 a"));
}

TEST(EioPacketCodec, stops_at_the_first_packet_that_cannot_be_read) {
  EXPECT_THAT(read(""), ElementsAre(empty_packet));
  EXPECT_THAT(read("\x1e"), ElementsAre(empty_packet));
  EXPECT_THAT(read("4a\x1e"), ElementsAre("4 a", empty_packet)) << "a separator at the end";
  EXPECT_THAT(read("4a\x1e\x1e"
                   "4b"),
              ElementsAre("4 a", empty_packet));
  EXPECT_THAT(read("4a\x1e"
                   "7b\x1e"
                   "4c"),
              ElementsAre("4 a", unknown_type));
}

TEST(EioPacketCodec, reads_N_packets_of_a_payload_and_refuses_one_more) {
  EXPECT_THAT(read("41\x1e"
                   "42\x1e"
                   "43",
                   3),
              ElementsAre("4 1", "4 2", "4 3"));
  EXPECT_THAT(read("41\x1e"
                   "42\x1e"
                   "43\x1e"
                   "44",
                   3),
              ElementsAre("4 1", "4 2", "4 3", too_many_packets));
  EXPECT_THAT(read("41\x1e"
                   "42\x1e"
                   "43\x1e",
                   3),
              ElementsAre("4 1", "4 2", "4 3", too_many_packets));
}

TEST(EioPacketCodec, E1_looks_at_each_of_100000_packets_once_and_copies_none) {
  std::string payload;
  for (int i = 0; i < 100'000; ++i) append_to_payload(payload, "4x", false);
  PayloadReader reader(payload, 1'000'000);
  std::size_t packets = 0;
  const char* expected = payload.data() + 1;
  while (!reader.at_end()) {
    const auto packet = reader.next();
    ASSERT_TRUE(packet);
    ASSERT_EQ(packet->data.data(), expected) << "a view into the payload, right behind the one before";
    expected += 3;
    ++packets;
  }
  EXPECT_EQ(packets, 100'000u);
}

TEST(EioPacketCodec, writes_payloads_that_it_reads_again) {
  std::string payload;
  append_to_payload(payload, "4text", false);
  append_to_payload(payload, std::string_view("\x00\x1e\xff", 3), true);
  append_to_payload(payload, "", true);
  append_to_payload(payload, "2", false);
  EXPECT_EQ(payload,
            "4text\x1e"
            "bAB7/\x1e"
            "b\x1e"
            "2");
  EXPECT_THAT(read(payload), ElementsAre("4 text", "binary " + std::string("\x00\x1e\xff", 3), "binary ", "2 "));
}

TEST(EioPacketCodec, shares_a_message_as_one_frame_of_which_polling_takes_the_packet) {
  for (const std::size_t size : {0, 1, 124, 125, 126, 65534, 65535, 65536}) {
    const std::string message(size, 'x');
    for (const bool binary : {false, true}) {
      const SharedPacket shared = binary ? share_binary(message) : share_text(message);
      const auto header = ws::parse_frame_header(*shared.frame, ws::Sender::server);
      ASSERT_TRUE(header) << size;
      EXPECT_EQ(header->opcode, binary ? ws::Opcode::binary : ws::Opcode::text);
      EXPECT_EQ(header->header_bytes, shared.header_bytes);
      EXPECT_EQ(header->header_bytes + header->payload_bytes, shared.frame->size());
      EXPECT_EQ(shared.packet(), binary ? message : "4" + message) << size;
      EXPECT_EQ(shared.binary, binary);
      EXPECT_TRUE(shared.compress);
    }
  }
}

TEST(EioPacketCodec, names_reasons_transports_and_errors_in_the_words_of_the_field) {
  EXPECT_EQ(to_string(CloseReason::transport_close), "transport close");
  EXPECT_EQ(to_string(CloseReason::transport_error), "transport error");
  EXPECT_EQ(to_string(CloseReason::ping_timeout), "ping timeout");
  EXPECT_EQ(to_string(CloseReason::parse_error), "parse error");
  EXPECT_EQ(to_string(CloseReason::forced_close), "forced close");
  EXPECT_EQ(to_string(CloseReason::server_shutting_down), "server shutting down");
  EXPECT_EQ(to_string(TransportName::polling), "polling");
  EXPECT_EQ(to_string(TransportName::websocket), "websocket");
  EXPECT_EQ(to_string(RequestError::transport_unknown), "Transport unknown");
  EXPECT_EQ(to_string(RequestError::session_id_unknown), "Session ID unknown");
  EXPECT_EQ(to_string(RequestError::bad_handshake_method), "Bad handshake method");
  EXPECT_EQ(to_string(RequestError::bad_request), "Bad request");
  EXPECT_EQ(to_string(RequestError::forbidden), "Forbidden");
  EXPECT_EQ(to_string(RequestError::unsupported_protocol_version), "Unsupported protocol version");
}

} // namespace
} // namespace wire::eio
