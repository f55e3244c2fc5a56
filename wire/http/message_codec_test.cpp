#include "wire/http/message_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/http/test_support.h"

namespace wire::http {
namespace {

using test::in_all_pieces;
using test::story_of;

// What became of the sample, which must not depend on how it was cut.
std::string read(std::string_view sample, const Options& options = {}) {
  const std::string whole = story_of({std::string(sample)}, options);
  in_all_pieces(sample, [&](const auto& pieces) { EXPECT_EQ(story_of(pieces, options), whole) << sample; });
  return whole;
}

std::string get_with(std::string_view headers) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n\r\n";
}

std::string post_with(std::string_view headers, std::string_view body) {
  return "POST /p HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n\r\n" + std::string(body);
}

constexpr std::string_view smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

Result<RequestParser::Progress, ParseError> parse_once(RequestParser& parser, std::string_view text) {
  return parser.parse(text);
}

TEST(MessageCodec, reads_a_request_and_its_parts) {
  const Options options;
  RequestParser parser(options, {"192.0.2.7", 4711});
  std::string_view input =
      "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: example.com:3001\r\nX-Two:  a b \r\nx-TWO: "
      "c\r\n\r\nrest";
  ASSERT_EQ(*parser.parse(input), RequestParser::Progress::head);
  EXPECT_FALSE(parser.body_expected());
  ASSERT_EQ(*parser.parse(input), RequestParser::Progress::complete);
  EXPECT_EQ(input, "rest");

  const Request& request = parser.request();
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/socket.io/?EIO=4&transport=polling");
  EXPECT_EQ(request.path, "/socket.io/");
  EXPECT_EQ(request.query, "EIO=4&transport=polling");
  EXPECT_EQ(request.header("host"), "example.com:3001");
  EXPECT_EQ(request.header("x-two"), "a b");
  EXPECT_EQ(request.header("cookie"), std::nullopt);
  std::vector<std::string> names;
  request.for_each_header([&](std::string_view name, std::string_view value) {
    names.push_back(std::string(name) + "=" + std::string(value));
  });
  EXPECT_THAT(names, testing::ElementsAre("host=example.com:3001", "x-two=a b", "x-two=c"));
  EXPECT_TRUE(request.keep_alive);
  EXPECT_FALSE(request.upgrade);
  EXPECT_EQ(request.peer.address, "192.0.2.7");
  EXPECT_EQ(request.peer.port, 4711);
}

TEST(MessageCodec, knows_whether_the_connection_goes_on_and_whether_it_changes_its_protocol) {
  struct Case {
    std::string_view head;
    bool keep_alive, upgrade;
  };
  for (const Case& c : {
           Case{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true, false},
           Case{"GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n", false, false},
           Case{"GET / HTTP/1.0\r\n\r\n", false, false},
           Case{"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true, false},
           Case{"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n\r\n", true,
                true},
           Case{"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n", true, false},
           Case{"GET / HTTP/1.0\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", false, false},
       }) {
    const Options options;
    RequestParser parser(options);
    ASSERT_EQ(*parse_once(parser, c.head), RequestParser::Progress::head) << c.head;
    EXPECT_EQ(parser.request().keep_alive, c.keep_alive) << c.head;
    EXPECT_EQ(parser.request().upgrade, c.upgrade) << c.head;
  }
}

TEST(MessageCodec, reads_bodies_by_length_and_by_chunks_however_they_are_cut) {
  EXPECT_EQ(read(post_with("Content-Length: 5", "hello")), "POST /p[hello]");
  EXPECT_EQ(read(post_with("Content-Length: 0", "")), "POST /p");
  EXPECT_EQ(read(post_with("Transfer-Encoding: chunked", "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n")),
            "POST /p[hello world]");
  EXPECT_EQ(read(post_with("transfer-encoding: Chunked", "1\r\na\r\n0\r\nTrailer: ignored\r\n\r\n")), "POST /p[a]");
  EXPECT_EQ(read(post_with("Transfer-Encoding: chunked", "00A\r\n0123456789\r\n000\r\n\r\n")), "POST /p[0123456789]");
}

TEST(MessageCodec, reads_one_request_behind_the_other) {
  EXPECT_EQ(read(post_with("Content-Length: 2", "ab") + get_with("A: b") +
                 post_with("Transfer-Encoding: chunked", "1\r\nc\r\n0\r\n\r\n") + get_with("C: d")),
            "POST /p[ab]; GET /; POST /p[c]; GET /");
}

TEST(MessageCodec, ignores_one_empty_line_before_a_request) {
  EXPECT_EQ(read("\r\n" + get_with("A: b") + "\r\n" + get_with("A: b")), "GET /; GET /");
  EXPECT_EQ(read("\r\n\r\n" + get_with("A: b")), "400");
}

TEST(MessageCodec, H1_refuses_every_ambiguous_end_of_a_request_and_reads_nothing_behind_it) {
  const std::string rest = "hello" + std::string(smuggled);
  for (const char* headers : {
           "Content-Length: 5\r\nTransfer-Encoding: chunked",
           "Transfer-Encoding: chunked\r\nContent-Length: 5",
           "Content-Length: 5\r\nContent-Length: 6",
           "Content-Length: 5\r\nContent-Length: 5",
           "Content-Length: 5, 5",
           "Content-Length: 5,6",
           "Content-Length: +5",
           "Content-Length: -5",
           "Content-Length: 0x5",
           "Content-Length: 5 5",
           "Content-Length: 5a",
           "Content-Length: ",
           "Content-Length: 99999999999999999999999",
           "Content-Length: 18446744073709551616",
           "Transfer-Encoding: chunked, identity",
           "Transfer-Encoding: gzip, chunked",
           "Transfer-Encoding: identity",
           "Transfer-Encoding: xchunked",
           "Transfer-Encoding: chunked, chunked",
           "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
           "Transfer-Encoding: \"chunked\"",
           "Transfer-Encoding: ",
           "Content-Length : 5",
           "Transfer-Encoding : chunked",
           " Content-Length: 5",
           "A: b\r\n Content-Length: 5",
           "A: b\r\n\tfolded",
           "A: \r\n b",
           "A: b\rContent-Length: 5",
           "A: b\nContent-Length: 5",
           "A: b\r\r\nC: d",
           "A\r\n: b",
           ": b",
           "A b: c",
           "A(: c",
           "no colon",
           "A: b\x01",
           "A: b\x7f",
       }) {
    EXPECT_EQ(read(post_with(headers, rest)), "400") << headers;
  }
  EXPECT_EQ(read("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + std::string(smuggled)), "400");
  EXPECT_EQ(read(post_with(std::string_view("A: b\0c", 6), rest)), "400");
  EXPECT_EQ(read("GET / HTTP/1.1\nHost: a\n"), "400") << "at once, not when the head ends";
  EXPECT_EQ(read("GET / HTTP/1.1\nHost: a\n\n" + std::string(smuggled)), "400");
  EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: a\n\r\n" + std::string(smuggled)), "400");
}

TEST(MessageCodec, H1_refuses_malformed_chunks) {
  for (const std::string& body : {
           std::string("0x5\r\nhello\r\n0\r\n\r\n"),
           std::string("-5\r\nhello\r\n0\r\n\r\n"),
           std::string("+5\r\nhello\r\n0\r\n\r\n"),
           std::string(" 5\r\nhello\r\n0\r\n\r\n"),
           std::string("5\nhello\n0\n\n\r\n\r\n"),
           std::string("5\rhello\r\n0\r\n\r\n"),
           std::string("5\r\nhelloX\r\n0\r\n\r\n"),
           std::string("5\r\nhell\r\n0\r\n\r\n0\r\n\r\n"),
           std::string("5;\x01\r\nhello\r\n0\r\n\r\n"),
           std::string("5 ;a=b\r\nhello\r\n0\r\n\r\n"),
           std::string("5\t;a=b\r\nhello\r\n0\r\n\r\n"),
           std::string("5 \r\nhello\r\n0\r\n\r\n"),
           std::string("\r\n0\r\n\r\n"),
           std::string("g\r\n\r\n0\r\n\r\n"),
           std::string("FFFFFFFFFFFFFFFFF\r\nhello"),
           std::string("10000000000000005\r\nhello\r\n0\r\n\r\n"),
           std::string("0\r\nbad trailer\r\n\r\n"),
           std::string("0\r\nContent-Length: 5\r\n\r\n"),
       }) {
    EXPECT_EQ(read(post_with("Transfer-Encoding: chunked", body + std::string(smuggled))), "400") << body;
  }
}

TEST(MessageCodec, H1_bounds_what_chunks_carry_besides_data) {
  std::string flood;
  const std::string extension = ";" + std::string(limits::chunk_extension_bytes_max / 4 - 1, 'e');
  for (int i = 0; i < 4; ++i) flood += "1" + extension + "\r\nx\r\n";
  EXPECT_EQ(story_of({post_with("Transfer-Encoding: chunked", flood + "0\r\n\r\n")}), "POST /p[xxxx]");
  EXPECT_EQ(story_of({post_with("Transfer-Encoding: chunked", flood + "1;e\r\nx\r\n0\r\n\r\n")}), "400");

  const std::string endless = "1;" + std::string(limits::header_bytes_max, 'e');
  EXPECT_EQ(story_of({post_with("Transfer-Encoding: chunked", endless)}), "400");
  const std::string trailers = "0\r\nA: " + std::string(limits::header_bytes_max, 't');
  EXPECT_EQ(story_of({post_with("Transfer-Encoding: chunked", trailers)}), "400");
}

TEST(MessageCodec, H3_limits_the_request_line) {
  Options options;
  options.request_line_bytes_max = 100;
  const auto line_of = [](std::size_t bytes) {
    return "GET /" + std::string(bytes - std::string_view("GET / HTTP/1.1").size(), 'x') + " HTTP/1.1\r\n";
  };
  EXPECT_EQ(read(line_of(100) + "Host: a\r\n\r\n", options).substr(0, 7), "GET /xx");
  EXPECT_EQ(read(line_of(101) + "Host: a\r\n\r\n", options), "414");
  EXPECT_EQ(read("GET /" + std::string(200, 'x'), options), "414") << "also when the line never ends";
  EXPECT_EQ(read("GET /" + std::string(200, 'x') + "\nHost: a\r\n\r\n", options), "414");
  EXPECT_EQ(read(std::string(200, 'M'), options), "400");
  EXPECT_EQ(read(std::string(32, 'M') + " / HTTP/1.1\r\nHost: a\r\n\r\n"), std::string(32, 'M') + " /");
  EXPECT_EQ(read(std::string(33, 'M') + " / HTTP/1.1\r\nHost: a\r\n\r\n"), "400");
}

TEST(MessageCodec, H3_limits_the_bytes_of_all_headers) {
  Options options;
  options.header_bytes_max = 100;
  const auto headers_of = [](std::size_t bytes) {
    return "Host: a\r\nB: " + std::string(bytes - std::string_view("Host: a\r\nB: \r\n\r\n").size(), 'x') + "\r\n\r\n";
  };
  EXPECT_EQ(read("GET / HTTP/1.1\r\n" + headers_of(100), options), "GET /");
  EXPECT_EQ(read("GET / HTTP/1.1\r\n" + headers_of(101), options), "431");
  EXPECT_EQ(read("GET / HTTP/1.1\r\nB: " + std::string(200, 'x'), options), "431") << "also when they never end";
}

TEST(MessageCodec, H3_limits_the_count_of_headers) {
  const auto request_with = [](std::size_t count) {
    std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (std::size_t i = 1; i < count; ++i) text += "A: b\r\n";
    return text + "\r\n";
  };
  EXPECT_EQ(read(request_with(limits::header_count_max)), "GET /");
  EXPECT_EQ(read(request_with(limits::header_count_max + 1)), "431");
}

TEST(MessageCodec, limits_the_body_as_soon_as_its_size_is_known) {
  Options options;
  options.body_bytes_max = 10;
  EXPECT_EQ(read(post_with("Content-Length: 10", "0123456789"), options), "POST /p[0123456789]");
  EXPECT_EQ(read(post_with("Content-Length: 11", ""), options), "413");
  EXPECT_EQ(read(post_with("Transfer-Encoding: chunked", "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n"), options),
            "POST /p[0123456789]");
  EXPECT_EQ(read(post_with("Transfer-Encoding: chunked", "5\r\n01234\r\n6\r\n"), options), "413");
  EXPECT_EQ(read(post_with("Transfer-Encoding: chunked", "b\r\n01"), options), "413");
}

TEST(MessageCodec, H5_asks_for_exactly_one_host) {
  EXPECT_EQ(read("GET / HTTP/1.1\r\nA: b\r\n\r\n"), "400");
  EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), "400");
  EXPECT_EQ(read("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"), "400");
  EXPECT_EQ(read("GET / HTTP/1.0\r\n\r\n"), "GET /");
  EXPECT_EQ(read("GET / HTTP/1.1\r\nHost:\r\n\r\n"), "GET /");
  EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: [::1]:3001\r\n\r\n"), "GET /");
  for (const char* host : {"a, b", "a b", "user@a", "a/b", "a?b", "a\tb"}) {
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), "400") << host;
  }
}

TEST(MessageCodec, H16_knows_only_the_origin_form_of_a_target) {
  for (const char* line :
       {"GET http://a/ HTTP/1.1", "OPTIONS * HTTP/1.1", "CONNECT a:443 HTTP/1.1", "CONNECT / HTTP/1.1",
        "GET a HTTP/1.1", "GET /#f HTTP/1.1", "GET  / HTTP/1.1", "GET / a HTTP/1.1", "GET /\x01 HTTP/1.1",
        "GET /\x7f HTTP/1.1", "GET", "GET /", " GET / HTTP/1.1", "G(T / HTTP/1.1"}) {
    EXPECT_EQ(read(std::string(line) + "\r\nHost: a\r\n\r\n"), "400") << line;
  }
}

TEST(MessageCodec, names_unsupported_versions) {
  for (const char* version : {"HTTP/2.0", "HTTP/0.9", "HTTP/1.2", "HTTP/3.0"}) {
    EXPECT_EQ(read("GET / " + std::string(version) + "\r\nHost: a\r\n\r\n"), "505") << version;
  }
  for (const char* version : {"HTTP/1", "HTTP/11", "http/1.1", "HTTP/1.1 ", "HTTP/1.10", "HTPP/1.1", "HTTP/a.b"}) {
    EXPECT_EQ(read("GET / " + std::string(version) + "\r\nHost: a\r\n\r\n"), "400") << version;
  }
}

TEST(MessageCodec, knows_no_expectation_but_100_continue) {
  const Options options;
  RequestParser parser(options);
  ASSERT_TRUE(parse_once(parser, post_with("Expect: 100-Continue\r\nContent-Length: 1", "")));
  EXPECT_TRUE(parser.expects_continue());
  EXPECT_EQ(read(post_with("Expect: 200-ok\r\nContent-Length: 1", "a")), "417");
}

TEST(MessageCodec, encodes_responses) {
  const auto encode = [](const Response& response, const ResponseOptions& options) {
    std::string out;
    append_response(out, response, options);
    return out;
  };
  EXPECT_EQ(encode({200, {{"Content-Type", "text/html"}}, "ok"}, {}),
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(encode({400, {}, {}}, {.keep_alive = false}),
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(encode({204, {}, "x"}, {}), "HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(encode({304, {}, "x"}, {}), "HTTP/1.1 304 Not Modified\r\n\r\n");
  EXPECT_EQ(encode({200, {}, "ok"}, {.head_request = true}), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(encode({200, {}, {}}, {.http_1_0 = true, .date = "today"}),
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: today\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(encode({200, {{"A", "b\r\nSet-Cookie: c"}}, {}}, {}),
            "HTTP/1.1 200 OK\r\nA: b  Set-Cookie: c\r\nContent-Length: 0\r\n\r\n");
}

TEST(MessageCodec, writes_dates_as_RFC_9110_does) {
  EXPECT_EQ(format_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(format_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

} // namespace
} // namespace wire::http
