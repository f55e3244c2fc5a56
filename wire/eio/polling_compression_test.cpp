#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/eio/packet_codec.h"
#include "wire/eio/test_server.h"
#include "wire/http/content_encoding.h"

namespace wire::eio {
namespace {

using http::ContentEncoding;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view gzip = "Accept-Encoding: gzip, deflate\r\n";

class HttpCompression : public testing::Test {
 protected:
  // The answer to the poll that brings what `send` sends.
  template <class Send>
  std::string poll(Send send, std::string_view headers = gzip) {
    const std::string sid = test::sid_of(server->answer(test::polling));
    send(*server->last.session);
    return server->answer(test::polling_with(sid), headers);
  }
  std::string poll_text(std::size_t size, std::string_view headers = gzip) {
    return poll([&](Session& session) { session.send_text(std::string(size, 'x')); }, headers);
  }

  std::unique_ptr<test::RunningServer> server = std::make_unique<test::RunningServer>(ServerOptions());
};

TEST_F(HttpCompression, begins_at_the_threshold_and_counts_the_whole_payload) {
  const std::string below = poll_text(1022);
  EXPECT_THAT(below, Not(HasSubstr("Content-Encoding")));
  EXPECT_EQ(test::body_of(below), "4" + std::string(1022, 'x'));

  const std::string reaching = poll_text(1023);
  EXPECT_THAT(reaching, HasSubstr("Content-Encoding: gzip\r\n"));
  const std::string body = test::body_of(reaching);
  EXPECT_EQ(body, http::compress(ContentEncoding::gzip, "4" + std::string(1023, 'x')));
  EXPECT_THAT(reaching, HasSubstr("Content-Length: " + std::to_string(body.size()) + "\r\n"));
  EXPECT_THAT(reaching, HasSubstr("Content-Type: text/plain; charset=UTF-8\r\n"));
}

TEST_F(HttpCompression, is_deflate_for_a_client_that_wants_no_gzip) {
  const std::string answer = poll_text(5000, "Accept-Encoding: deflate\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Encoding: deflate\r\n"));
  EXPECT_EQ(test::body_of(answer), http::compress(ContentEncoding::deflate, "4" + std::string(5000, 'x')));
}

TEST_F(HttpCompression, is_not_used_with_a_client_that_accepts_none) {
  for (const char* headers : {"", "Accept-Encoding: br\r\n", "Accept-Encoding: gzip;q=0\r\n"}) {
    const std::string answer = poll_text(5000, headers);
    EXPECT_THAT(answer, Not(HasSubstr("Content-Encoding")));
    EXPECT_EQ(test::body_of(answer), "4" + std::string(5000, 'x'));
  }
}

TEST_F(HttpCompression, spares_a_poll_in_which_no_packet_may_be_compressed) {
  SharedPacket plain = share_text(std::string(5000, 'x'));
  plain.compress = false;
  const std::string alone = poll([&](Session& session) { session.send(plain); });
  EXPECT_THAT(alone, Not(HasSubstr("Content-Encoding")));
  EXPECT_EQ(test::body_of(alone), plain.packet());

  const std::string with_another = poll([&](Session& session) {
    session.send(plain);
    session.send_text("y");
  });
  EXPECT_EQ(test::body_of(with_another),
            http::compress(ContentEncoding::gzip, std::string(plain.packet()) + separator + "4y"));
}

TEST_F(HttpCompression, has_the_threshold_that_it_is_given) {
  ServerOptions options;
  options.http_compression->threshold = 1;
  server = std::make_unique<test::RunningServer>(options);
  EXPECT_THAT(poll_text(0), HasSubstr("Content-Encoding: gzip\r\n"));
}

TEST_F(HttpCompression, can_be_switched_off) {
  ServerOptions options;
  options.http_compression.reset();
  server = std::make_unique<test::RunningServer>(options);
  EXPECT_THAT(poll_text(5000), Not(HasSubstr("Content-Encoding")));
}

} // namespace
} // namespace wire::eio
