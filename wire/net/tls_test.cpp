#include "wire/net/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "wire/net/test_tls.h"

namespace wire::net {
namespace {

using test::Certificates;
using test::TlsClient;
using testing::HasSubstr;

class TlsTest : public testing::Test {
 protected:
  TlsTest() { certificates.make("server"); }

  TlsOptions options() const { return {certificates.path("server.crt"), certificates.path("server.key")}; }
  // The client's bytes go to the server in pieces of that size, and the server's to the client whole, until nothing
  // moves.
  static void talk(TlsSession& server, TlsClient& client, std::string& heard, std::size_t piece = SIZE_MAX) {
    for (;;) {
      const std::string sent = client.take_output();
      for (std::size_t at = 0; at < sent.size(); at += std::min(piece, sent.size() - at)) {
        server.receive(std::string_view(sent).substr(at, piece));
        char buffer[100'000];
        while (const std::size_t size = server.read(buffer)) heard.append(buffer, size);
      }
      const std::string answer(server.output());
      server.consume_output(answer.size());
      if (sent.empty() && answer.empty()) return;
      client.receive(answer);
    }
  }
  static void talk(TlsSession& server, TlsClient& client) {
    std::string heard;
    talk(server, client, heard);
  }
  std::string refusal(const TlsOptions& asked) const {
    const auto opened = TlsContext::open(asked);
    return opened ? "none" : opened.error().text;
  }

  const Certificates certificates;
};

TEST_F(TlsTest, agrees_with_a_client_and_carries_bytes_both_ways) {
  const auto context = *TlsContext::open(options());
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto server = context->accept();
    TlsClient client({.version_max = version});
    std::string heard;
    talk(*server, client, heard);
    ASSERT_TRUE(server->established() && client.established());
    EXPECT_EQ(client.version(), version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
    client.write("ping");
    server->write("pong");
    talk(*server, client, heard);
    EXPECT_EQ(heard, "ping");
    EXPECT_EQ(client.received(), "pong");
  }
}

TEST_F(TlsTest, understands_what_comes_byte_by_byte) {
  const auto context = *TlsContext::open(options());
  const auto server = context->accept();
  TlsClient client;
  std::string heard;
  talk(*server, client, heard, 1);
  ASSERT_TRUE(server->established());
  const std::string text(40'000, 'x');
  client.write(text);
  talk(*server, client, heard, 1);
  EXPECT_EQ(heard, text);
}

TEST_F(TlsTest, speaks_nothing_older_than_TLS_1_2_and_no_weak_cipher_O2) {
  const auto context = *TlsContext::open(options());
  const std::vector<TlsClient::Options> weak{
      {.version_max = TLS1_VERSION},
      {.version_max = TLS1_1_VERSION},
      {.version_max = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-SHA"},
      {.version_max = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES256-SHA384"},
  };
  for (const auto& asked : weak) {
    const auto server = context->accept();
    TlsClient client(asked);
    talk(*server, client);
    EXPECT_TRUE(server->failed());
    EXPECT_TRUE(client.failed()) << "it is told";
    EXPECT_NE(server->failure(), "");
  }
}

TEST_F(TlsTest, offers_http_1_1_and_refuses_who_wants_something_else_O2) {
  const auto context = *TlsContext::open(options());
  const auto both = context->accept();
  TlsClient client({.alpn = "\x02h2\x08http/1.1"});
  talk(*both, client);
  EXPECT_TRUE(client.established());
  EXPECT_EQ(client.protocol(), "http/1.1");
  const auto other = context->accept();
  TlsClient h2_alone({.alpn = "\x02h2"});
  talk(*other, h2_alone);
  EXPECT_TRUE(other->failed());
}

TEST_F(TlsTest, is_not_renegotiated_H15) {
  const auto context = *TlsContext::open(options());
  const auto server = context->accept();
  TlsClient client({.version_max = TLS1_2_VERSION});
  std::string heard;
  talk(*server, client, heard);
  ASSERT_TRUE(client.established());
  client.renegotiate();
  talk(*server, client, heard);
  EXPECT_EQ(heard, "");
  EXPECT_TRUE(client.failed() || server->failed()) << "a refusal, and no second handshake";
}

TEST_F(TlsTest, answers_plain_text_with_nothing) {
  const auto context = *TlsContext::open(options());
  const auto server = context->accept();
  char buffer[100];
  server->receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(server->read(buffer), 0u);
  EXPECT_TRUE(server->failed());
  EXPECT_EQ(server->failure(), "http request");
  EXPECT_EQ(server->output(), "");
}

TEST_F(TlsTest, fails_at_bytes_that_were_changed_on_the_way) {
  const auto context = *TlsContext::open(options());
  const auto server = context->accept();
  TlsClient client;
  talk(*server, client);
  client.write("ping");
  std::string sent = client.take_output();
  sent.back() = static_cast<char>(sent.back() ^ 1);
  char buffer[100];
  server->receive(sent);
  EXPECT_EQ(server->read(buffer), 0u);
  EXPECT_TRUE(server->failed());
}

TEST_F(TlsTest, tells_an_orderly_end_from_a_cut) {
  const auto context = *TlsContext::open(options());
  const auto server = context->accept();
  TlsClient client;
  std::string heard;
  talk(*server, client, heard);
  client.write("last");
  client.finish();
  talk(*server, client, heard);
  EXPECT_EQ(heard, "last");
  EXPECT_TRUE(server->ended());
  EXPECT_FALSE(server->failed());
  server->close();
  talk(*server, client, heard);
  EXPECT_TRUE(client.ended());
}

TEST_F(TlsTest, says_what_is_wrong_with_its_files) {
  certificates.make("other");
  certificates.write("empty", "");
  certificates.write("text", "no certificate");
  certificates.write("locked.key",
                     "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                     "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgqg9Q5QxDEXwICCAAw\n"
                     "-----END ENCRYPTED PRIVATE KEY-----\n");
  const std::string crt = certificates.path("server.crt"), key = certificates.path("server.key");
  EXPECT_EQ(refusal({crt, key}), "none");
  EXPECT_EQ(refusal({crt, certificates.path("none")}),
            certificates.path("none") + ": cannot be read: No such file or directory");
  EXPECT_THAT(refusal({certificates.path("empty"), key}), HasSubstr("empty: is no certificate in PEM"));
  EXPECT_THAT(refusal({key, key}), HasSubstr("server.key: is no certificate in PEM"));
  EXPECT_THAT(refusal({crt, certificates.path("text")}), HasSubstr("text: is no private key in PEM"));
  EXPECT_THAT(refusal({crt, certificates.path("locked.key")}), HasSubstr("without a passphrase"));
  EXPECT_EQ(refusal({crt, certificates.path("other.key")}),
            certificates.path("other.key") + ": is not the key of " + crt);
}

TEST_F(TlsTest, takes_new_files_for_new_connections_and_keeps_the_old_ones_when_they_are_bad) {
  const auto context = *TlsContext::open(options());
  const auto before = context->accept();
  TlsClient old_client;
  talk(*before, old_client);
  EXPECT_GT(context->expires_unix_seconds(), 1'700'000'000);

  certificates.make("renewed");
  std::rename(certificates.path("renewed.crt").c_str(), certificates.path("server.crt").c_str());
  const auto half = context->reload();
  ASSERT_FALSE(half) << "the key is still the old one";
  EXPECT_THAT(half.error().text, HasSubstr("is not the key of"));
  const auto meanwhile = context->accept();
  TlsClient client;
  talk(*meanwhile, client);
  EXPECT_EQ(client.server_name(), "server");

  std::rename(certificates.path("renewed.key").c_str(), certificates.path("server.key").c_str());
  ASSERT_TRUE(context->reload());
  const auto after = context->accept();
  TlsClient new_client;
  talk(*after, new_client);
  EXPECT_EQ(new_client.server_name(), "renewed");

  std::string heard;
  old_client.write("still here");
  talk(*before, old_client, heard);
  EXPECT_EQ(heard, "still here");
}

} // namespace
} // namespace wire::net
