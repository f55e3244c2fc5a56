#include "mentara/auth/authenticator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

namespace mentara::auth {
namespace {

using testing::HasSubstr;
using testing::Not;

class FixedClock final : public WallClock {
 public:
  UnixTime now() const override { return time; }
  UnixTime time{1'700'000'000'000};
};

class AuthenticatorTest : public testing::Test {
 protected:
  std::string token(Claims claims = {.subject = "alice"}) {
    if (claims.expires_at.ms == 0) claims.expires_at = {clock_.time.ms + 60'000};
    return sign(claims, *KeySet(config_).signing_key());
  }
  Authenticator authenticator() { return Authenticator(config_, revocations_, clock_); }

  Code code(const Credentials& credentials) {
    const auto identity = authenticator().authenticate(credentials);
    EXPECT_FALSE(identity);
    return identity ? Code::internal : identity.error().code;
  }

  FixedClock clock_;
  Revocations revocations_;
  AuthConfig config_{.secret = std::string(32, 'k')};
};

TEST_F(AuthenticatorTest, takes_the_token_of_the_handshake_then_of_the_header) {
  const std::string alice = token();
  const std::string bob = token({.subject = "bob"});
  const std::string header = "Bearer " + bob;
  EXPECT_EQ(authenticator().authenticate({.auth_token = alice})->user.id.value, "alice");
  EXPECT_EQ(authenticator().authenticate({.authorization = header})->user.id.value, "bob");
  EXPECT_EQ(authenticator().authenticate({.auth_token = alice, .authorization = header})->user.id.value, "alice");
}

TEST_F(AuthenticatorTest, a_bad_token_is_not_made_good_by_another_one) {
  const std::string header = "Bearer " + token();
  EXPECT_EQ(code({.auth_token = "nonsense", .authorization = header}), Code::token_invalid);
}

TEST_F(AuthenticatorTest, the_scheme_is_written_in_any_case) {
  for (const char* scheme : {"bearer ", "BEARER ", "Bearer   "}) {
    const std::string header = scheme + token();
    EXPECT_TRUE(authenticator().authenticate({.authorization = header})) << scheme;
  }
}

TEST_F(AuthenticatorTest, without_a_token_it_says_what_is_missing) {
  EXPECT_EQ(code({}), Code::token_missing);
  for (const char* header : {"Basic YTpi", "Bearer", "Bearer ", "Bearer   ", "Bearertoken", "B"}) {
    EXPECT_EQ(code({.authorization = header}), Code::token_missing) << header;
  }
}

TEST_F(AuthenticatorTest, J7_a_token_in_the_query_counts_only_when_it_is_allowed) {
  const std::string good = token();
  EXPECT_EQ(code({.query_token = good}), Code::token_missing);
  config_.allow_query_token = true;
  EXPECT_EQ(authenticator().authenticate({.query_token = good})->user.id.value, "alice");
}

TEST_F(AuthenticatorTest, an_expired_token_has_a_code_of_its_own) {
  const std::string good = token();
  clock_.time.ms += 60'000 + 4'999;
  EXPECT_TRUE(authenticator().authenticate({.auth_token = good}));
  clock_.time.ms += 1;
  EXPECT_EQ(code({.auth_token = good}), Code::token_expired);
}

TEST_F(AuthenticatorTest, J5_every_other_fault_is_one_code_with_one_text) {
  AuthConfig others = config_;
  others.secret = std::string(32, 'x');
  const std::string stranger =
      sign({.subject = "alice", .expires_at = {clock_.time.ms + 1}}, *KeySet(others).signing_key());
  const std::string early = token({.subject = "alice", .not_before = UnixTime{clock_.time.ms + 60'000}});
  const std::string nobody = token({.subject = ""});
  std::string text;
  for (const std::string& bad : {std::string("x"), std::string(5000, 'a'), stranger, early, nobody}) {
    const auto identity = authenticator().authenticate({.auth_token = bad});
    ASSERT_FALSE(identity);
    EXPECT_EQ(identity.error().code, Code::token_invalid);
    if (text.empty()) text = identity.error().error;
    EXPECT_EQ(identity.error().error, text);
  }
}

TEST_F(AuthenticatorTest, an_expired_token_of_a_stranger_is_invalid_not_expired) {
  AuthConfig others = config_;
  others.secret = std::string(32, 'x');
  EXPECT_EQ(code({.auth_token = sign({.subject = "alice", .expires_at = {1}}, *KeySet(others).signing_key())}),
            Code::token_invalid);
}

TEST_F(AuthenticatorTest, the_profile_comes_from_the_claims) {
  const auto identity = authenticator().authenticate({.auth_token = token({.subject = "u-1",
                                                                           .issued_at = clock_.time,
                                                                           .token_id = "j-1",
                                                                           .first_name = "Ada",
                                                                           .last_name = "Lovelace",
                                                                           .email = "ada@example.com",
                                                                           .role = "service",
                                                                           .avatar_url = "https://x/a.png"})});
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->user, (User{.id = UserId{"u-1"},
                                  .name = "Ada Lovelace",
                                  .first_name = "Ada",
                                  .last_name = "Lovelace",
                                  .avatar_url = "https://x/a.png",
                                  .role = "service"}));
  EXPECT_EQ(identity->email, "ada@example.com");
  EXPECT_EQ(identity->token_id, "j-1");
  EXPECT_EQ(identity->issued_at, clock_.time);
  EXPECT_EQ(identity->expires_at.ms, clock_.time.ms + 60'000);
}

TEST_F(AuthenticatorTest, a_name_is_made_of_what_there_is) {
  const auto name = [&](Claims claims) {
    claims.subject = "u";
    return authenticator().authenticate({.auth_token = token(claims)})->user.name;
  };
  EXPECT_EQ(name({}), "");
  EXPECT_EQ(name({.first_name = "Ada"}), "Ada");
  EXPECT_EQ(name({.last_name = "Lovelace"}), "Lovelace");
  EXPECT_EQ(name({.name = "The Countess", .first_name = "Ada"}), "The Countess");
}

TEST_F(AuthenticatorTest, keys_that_are_read_again_hold_from_then_on_and_bad_ones_never) {
  const std::string path = testing::TempDir() + "authenticator_test_" + std::to_string(getpid());
  const auto write = [&](const std::string& text) { std::ofstream(path) << text; };
  const auto token_with = [&](char c) {
    return sign({.subject = "alice", .expires_at = {clock_.time.ms + 60'000}},
                Key::hmac(JwtAlgorithm::HS256, std::string(32, c), "k"));
  };
  write(std::string(32, 'a'));
  config_ = {.keys = {{.algorithm = JwtAlgorithm::HS256, .path = path, .id = "k"}}};
  Authenticator subject(config_, revocations_, clock_);
  EXPECT_TRUE(subject.verify_token(token_with('a')));
  write(std::string(32, 'b'));
  EXPECT_FALSE(subject.verify_token(token_with('b')));
  subject.reload_keys();
  EXPECT_TRUE(subject.verify_token(token_with('b')));
  EXPECT_FALSE(subject.verify_token(token_with('a')));
  write("short");
  subject.reload_keys();
  EXPECT_TRUE(subject.verify_token(token_with('b'))) << "what cannot be read changes nothing";
  std::remove(path.c_str());
}

TEST_F(AuthenticatorTest, S2_what_is_logged_holds_the_reason_and_never_the_token) {
  static std::string logged;
  logged.clear();
  wire::set_log_level(wire::LogLevel::debug);
  wire::set_log_sink([](wire::LogLevel, std::string_view message, std::initializer_list<wire::LogField> fields) {
    logged += message;
    for (const wire::LogField& field : fields) logged += std::get<std::string_view>(field.value);
  });
  const std::string planted = "planted.planted.planted";
  code({.auth_token = planted});
  code({.query_token = planted});
  wire::set_log_sink(nullptr);
  wire::set_log_level(wire::LogLevel::info);
  EXPECT_THAT(logged, HasSubstr("a token was refused"));
  EXPECT_THAT(logged, HasSubstr("base64url"));
  EXPECT_THAT(logged, HasSubstr("auth.allow_query_token"));
  EXPECT_THAT(logged, Not(HasSubstr("planted")));
}

TEST_F(AuthenticatorTest, J8_refuses_what_was_revoked_with_a_code_of_its_own) {
  const std::string text =
      token({.subject = "alice", .expires_at = {clock_.time.ms + 60'000}, .issued_at = clock_.time, .token_id = "t1"});
  const Authenticator checks = authenticator();
  const auto before = checks.verify_token(text);
  ASSERT_TRUE(before);
  EXPECT_EQ(checks.why_revoked(*before), std::nullopt);
  revocations_.add({.token_id = "t1", .until = {clock_.time.ms + 60'000}});
  EXPECT_EQ(code({.auth_token = text}), Code::token_revoked);
  EXPECT_EQ(checks.why_revoked(*before)->code, Code::token_revoked) << "it was good when it was looked at";
  EXPECT_TRUE(checks.verify_token(token()));
}

} // namespace
} // namespace mentara::auth
