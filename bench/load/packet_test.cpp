#include "bench/load/packet.h"

#include <gtest/gtest.h>

namespace load {
namespace {

TEST(Packet, reads_engine_packets) {
  EXPECT_EQ(parse_packet(R"(0{"sid":"a"})")->type, PacketType::open);
  EXPECT_EQ(parse_packet(R"(0{"sid":"a"})")->data, R"({"sid":"a"})");
  EXPECT_EQ(parse_packet("1")->type, PacketType::close);
  EXPECT_EQ(parse_packet("2")->type, PacketType::ping);
  EXPECT_EQ(parse_packet("6")->type, PacketType::noop);
}

TEST(Packet, reads_an_event_of_the_main_namespace) {
  const auto packet = parse_packet(R"(42["msg","/not,a namespace"])");
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->type, PacketType::event);
  EXPECT_EQ(packet->nsp, "/");
  EXPECT_EQ(packet->ack_id, std::nullopt);
  EXPECT_EQ(packet->data, R"(["msg","/not,a namespace"])");
}

TEST(Packet, reads_namespace_and_ack_id) {
  const auto packet = parse_packet(R"(43/messaging,17[{"success":true}])");
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->type, PacketType::ack);
  EXPECT_EQ(packet->nsp, "/messaging");
  EXPECT_EQ(packet->ack_id, 17u);
  EXPECT_EQ(packet->data, R"([{"success":true}])");
}

TEST(Packet, reads_events_and_acks_that_announce_attachments) {
  const auto event = parse_packet(R"(451-/custom,["bin",{"_placeholder":true,"num":0}])");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->type, PacketType::event);
  EXPECT_EQ(event->nsp, "/custom");
  EXPECT_EQ(event->data, R"(["bin",{"_placeholder":true,"num":0}])");
  EXPECT_EQ(parse_packet("461-5[]")->ack_id, 5u);
}

TEST(Packet, reads_connect_and_its_refusal) {
  EXPECT_EQ(parse_packet(R"(40{"sid":"x"})")->type, PacketType::connect);
  EXPECT_EQ(parse_packet(R"(40/chat,{"sid":"x"})")->nsp, "/chat");
  const auto refused = parse_packet(R"(44/chat,{"message":"no"})");
  EXPECT_EQ(refused->type, PacketType::connect_error);
  EXPECT_EQ(refused->data, R"({"message":"no"})");
  EXPECT_EQ(parse_packet("41/chat")->nsp, "/chat");
}

TEST(Packet, says_what_it_cannot_read) {
  EXPECT_EQ(parse_packet("").error(), PacketError::empty);
  EXPECT_EQ(parse_packet("4").error(), PacketError::empty);
  EXPECT_EQ(parse_packet("9").error(), PacketError::unknown_type);
  EXPECT_EQ(parse_packet("49").error(), PacketError::unknown_type);
  EXPECT_EQ(parse_packet("43[]").error(), PacketError::missing_ack_id);
}

TEST(Packet, writes_what_the_stock_client_writes) {
  EXPECT_EQ(connect_packet("/", ""), "40");
  EXPECT_EQ(connect_packet("/messaging", R"({"token":"t"})"), R"(40/messaging,{"token":"t"})");
  EXPECT_EQ(disconnect_packet("/messaging"), "41/messaging,");
  EXPECT_EQ(event_packet("/", 0, "echo", R"("x")"), R"(420["echo","x"])");
  EXPECT_EQ(event_packet("/messaging", {}, "say \"hi\"", ""), R"(42/messaging,["say \"hi\""])");
}

} // namespace
} // namespace load
