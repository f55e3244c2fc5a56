#include "wire/sio/packet_codec.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wire::sio {
namespace {

constexpr std::uint64_t id_max = (1ull << 53) - 1;

struct Row {
  std::string text;
  PacketType type;
  std::string nsp = "/";
  std::optional<std::uint64_t> id = {};
  std::string json = "";
  std::size_t attachments = 0;
};

void expect_packet(const Row& row) {
  const auto packet = parse_packet(row.text, 10);
  ASSERT_TRUE(packet) << row.text << ": " << describe(packet.error());
  EXPECT_EQ(packet->type, row.type) << row.text;
  EXPECT_EQ(packet->nsp, row.nsp) << row.text;
  EXPECT_EQ(packet->id, row.id) << row.text;
  EXPECT_EQ(packet->json, row.json) << row.text;
  EXPECT_EQ(packet->attachments, row.attachments) << row.text;
}

void expect_error(std::string_view text, Error error, std::size_t attachments_max = 10) {
  const auto packet = parse_packet(text, attachments_max);
  ASSERT_FALSE(packet) << text;
  EXPECT_EQ(packet.error(), error) << text << ": " << describe(packet.error());
}

TEST(SioPacketCodec, reads_the_grammar) {
  const std::vector<Row> rows = {
      {"0", PacketType::connect},
      {R"(0{"token":"1"})", PacketType::connect, "/", {}, R"({"token":"1"})"},
      {"0/admin,", PacketType::connect, "/admin"},
      {"0/admin", PacketType::connect, "/admin"}, // the comma may be missing where nothing follows
      {R"(0/admin,{"a":1})", PacketType::connect, "/admin", {}, R"({"a":1})"},
      {"0/a?b=c,", PacketType::connect, "/a?b=c"}, // a query is part of the name
      {"0/,", PacketType::connect, "/"},
      {"0/", PacketType::connect, "/"},
      {"1", PacketType::disconnect},
      {"1/admin,", PacketType::disconnect, "/admin"},
      {R"(2["hi"])", PacketType::event, "/", {}, R"(["hi"])"},
      {R"(20["hi"])", PacketType::event, "/", 0, R"(["hi"])"},
      {R"(212["hi"])", PacketType::event, "/", 12, R"(["hi"])"},
      {R"(2/a,7["hi",1])", PacketType::event, "/a", 7, R"(["hi",1])"},
      {R"(2["a,b",{"/":1}])", PacketType::event, "/", {}, R"(["a,b",{"/":1}])"},
      {"2", PacketType::event},
      {"212", PacketType::event, "/", 12},
      {"3/a,5[]", PacketType::ack, "/a", 5, "[]"},
      {R"(4{"message":"no"})", PacketType::connect_error, "/", {}, R"({"message":"no"})"},
      {R"(51-["b",{}])", PacketType::binary_event, "/", {}, R"(["b",{}])", 1},
      {R"(52-/a,9["b"])", PacketType::binary_event, "/a", 9, R"(["b"])", 2},
      {R"(61-/a,9[{}])", PacketType::binary_ack, "/a", 9, "[{}]", 1},
  };
  for (const Row& row : rows) expect_packet(row);
}

TEST(SioPacketCodec, refuses_what_has_no_type) {
  expect_error("", Error::empty_packet);
  for (int byte = 0; byte < 256; ++byte) {
    if (byte >= '0' && byte <= '6') continue;
    expect_error(std::string(1, static_cast<char>(byte)) + R"(["hi"])", Error::unknown_type);
  }
}

TEST(SioPacketCodec, E6_takes_N_attachments_and_refuses_one_more) {
  expect_packet({R"(510-["b"])", PacketType::binary_event, "/", {}, R"(["b"])", 10});
  expect_error(R"(511-["b"])", Error::illegal_attachments);
  expect_error(R"(52-["b"])", Error::illegal_attachments, 1);
  for (const char* text : {R"(5999999-["b"])", R"(599999999999999999999999-["b"])", R"(518446744073709551617-["b"])"}) {
    expect_error(text, Error::illegal_attachments);
  }
}

TEST(SioPacketCodec, E7_refuses_a_binary_packet_without_attachments) {
  for (const char* text : {R"(50-["b"])", R"(5-["b"])", R"(60-[1])", R"(500-["b"])"}) {
    expect_error(text, Error::illegal_attachments);
  }
}

TEST(SioPacketCodec, refuses_a_number_of_attachments_that_is_none) {
  for (const char* text : {"5", "51", R"(51["b"])", R"(5["b"])", R"(5-1-["b"])", R"(5+1-["b"])", R"(51.5-["b"])",
                           R"(51e0-["b"])", R"(5 1-["b"])", R"(50x1-["b"])", R"(5/a,1-["b"])"}) {
    expect_error(text, Error::illegal_attachments);
  }
}

TEST(SioPacketCodec, E26_reads_ids_up_to_what_a_number_of_JavaScript_holds) {
  expect_packet({"29007199254740991[]", PacketType::event, "/", id_max, "[]"});
  expect_packet({"200001[]", PacketType::event, "/", 1, "[]"});
  for (const char* text : {"29007199254740992[]", "39223372036854775808[]", "318446744073709551616[]",
                           "2999999999999999999999999999999999[]"}) {
    expect_error(text, Error::id_too_large);
  }
  // What is no id is left to be no JSON.
  expect_packet({"2-1[]", PacketType::event, "/", {}, "-1[]"});
  expect_packet({"21e3[]", PacketType::event, "/", 1, "e3[]"});
  expect_packet({"2 1[]", PacketType::event, "/", {}, " 1[]"});
}

// CVE-2020-36049 put such numbers and names together byte by byte.
TEST(SioPacketCodec, E2_reads_a_megabyte_of_digits_or_name_as_a_view) {
  const std::string digits(1'000'000, '1');
  expect_error("2" + digits, Error::id_too_large);
  expect_error("5" + digits + "-[]", Error::illegal_attachments);
  const std::string packet = "2/" + digits;
  const auto named = parse_packet(packet, 10);
  ASSERT_TRUE(named);
  EXPECT_EQ(named->nsp.data(), packet.data() + 1);
  EXPECT_EQ(named->nsp.size(), 1'000'001u);
}

TEST(SioPacketCodec, writes_headers_that_it_reads_again) {
  for (const char* nsp : {"/", "/a", "/a/b?c"}) {
    for (const std::optional<std::uint64_t> id : {std::optional<std::uint64_t>(), {0}, {7}, {id_max}}) {
      for (const char type : {'0', '1', '2', '3', '4'}) {
        std::string header;
        append_packet_header(header, static_cast<PacketType>(type), nsp, id);
        expect_packet({header + "[1]", static_cast<PacketType>(type), nsp, id, "[1]"});
      }
      for (const char type : {'5', '6'}) {
        std::string header;
        append_packet_header(header, static_cast<PacketType>(type), nsp, id, 3);
        expect_packet({header + "[1]", static_cast<PacketType>(type), nsp, id, "[1]", 3});
      }
    }
  }
}

TEST(SioPacketCodec, writes_headers_as_Node_does) {
  std::string out;
  append_packet_header(out, PacketType::connect, "/");
  EXPECT_EQ(out, "0");
  out.clear();
  append_packet_header(out, PacketType::binary_ack, "/admin", 12, 2);
  EXPECT_EQ(out, "62-/admin,12");
}

TEST(SioPacketCodec, E4_knows_the_reserved_events_and_E5_that_error_is_none) {
  for (const char* name :
       {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}) {
    EXPECT_TRUE(is_reserved_event(name)) << name;
  }
  for (const char* name : {"error", "connection", "message", "Connect", "connect ", "", "toString"}) {
    EXPECT_FALSE(is_reserved_event(name)) << name;
  }
}

TEST(SioPacketCodec, describes_every_error_in_words_of_its_own) {
  std::vector<std::string> seen;
  for (int error = static_cast<int>(Error::empty_packet); error <= static_cast<int>(Error::too_many_bytes); ++error) {
    const std::string text = describe(static_cast<Error>(error));
    EXPECT_NE(text, "an error") << error;
    EXPECT_EQ(std::count(seen.begin(), seen.end(), text), 0) << text;
    seen.push_back(text);
  }
}

} // namespace
} // namespace wire::sio
