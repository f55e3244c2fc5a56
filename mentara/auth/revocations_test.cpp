#include "mentara/auth/revocations.h"

#include <gtest/gtest.h>

namespace mentara::auth {
namespace {

Identity identity(const std::string& user, std::int64_t issued_at, const std::string& token_id = {}) {
  Identity identity;
  identity.user.id = {user};
  identity.issued_at = {issued_at};
  identity.token_id = token_id;
  return identity;
}

Revocation of_user(const std::string& user, std::int64_t issued_before, std::int64_t until = 1'000'000) {
  return {.user_id = {user}, .issued_before = {issued_before}, .until = {until}};
}
Revocation of_token(const std::string& id, std::int64_t until = 1'000'000) {
  return {.token_id = id, .until = {until}};
}

TEST(Revocations, J8_of_a_user_concern_his_tokens_that_were_issued_before_and_nobody_elses) {
  Revocations revocations;
  revocations.add(of_user("alice", 5'000));
  EXPECT_TRUE(revocations.concern(identity("alice", 4'999)));
  EXPECT_FALSE(revocations.concern(identity("alice", 5'000)));
  EXPECT_FALSE(revocations.concern(identity("bob", 1'000)));
  EXPECT_TRUE(revocations.concern(identity("alice", 0))) << "a token that does not say when it was issued";
}

TEST(Revocations, J8_of_a_token_concern_that_token_whoever_shows_it) {
  Revocations revocations;
  revocations.add(of_token("t1"));
  EXPECT_TRUE(revocations.concern(identity("alice", 9'000, "t1")));
  EXPECT_FALSE(revocations.concern(identity("alice", 9'000, "t2")));
  EXPECT_FALSE(revocations.concern(identity("alice", 9'000))) << "a token without an id";
}

TEST(Revocations, an_earlier_time_does_not_take_back_a_later_one) {
  Revocations revocations;
  revocations.add(of_user("alice", 5'000, 90'000));
  revocations.add(of_user("alice", 3'000, 80'000));
  EXPECT_TRUE(revocations.concern(identity("alice", 4'000)));
  revocations.forget_expired({80'000});
  EXPECT_TRUE(revocations.concern(identity("alice", 4'000)));
  EXPECT_EQ(revocations.count(), 1u);
}

TEST(Revocations, are_forgotten_when_the_tokens_have_expired_of_themselves) {
  Revocations revocations;
  revocations.add(of_token("t1", 50'000));
  revocations.add(of_user("alice", 5'000, 60'000));
  revocations.forget_expired({49'999});
  EXPECT_EQ(revocations.count(), 2u);
  revocations.forget_expired({50'000});
  EXPECT_FALSE(revocations.concern(identity("alice", 9'000, "t1")));
  revocations.forget_expired({60'000});
  EXPECT_EQ(revocations.count(), 0u);
}

} // namespace
} // namespace mentara::auth
