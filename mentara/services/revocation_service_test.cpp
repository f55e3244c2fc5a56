#include "mentara/services/revocation_service.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "mentara/services/test_fixture.h"

namespace mentara::services {
namespace {

using namespace std::chrono_literals;

struct CutSockets final : LiveSockets {
  void disconnect_user(const UserId&, Ending) override {}
  void disconnect_revoked(const Revocation& revocation) override { cut.push_back(revocation); }
  std::vector<Revocation> cut;
};

struct RevocationServiceTest : testing::Test {
  void start() { // as the server does after a restart
    revocations.reset();
    revoked = std::make_unique<auth::Revocations>();
    revocations = std::make_unique<RevocationService>(*world.store, *revoked, sockets, world.clock, limits);
  }
  wire::Result<std::monostate, Failure> revoke_user(const std::string& user, std::int64_t issued_before) {
    return world.ask<std::monostate>(
        [&](auto done) { revocations->revoke_user({user}, {issued_before}, std::move(done)); });
  }
  wire::Result<std::monostate, Failure> revoke_token(const std::string& id, std::optional<UnixTime> expires_at = {}) {
    return world.ask<std::monostate>([&](auto done) { revocations->revoke_token(id, expires_at, std::move(done)); });
  }
  bool refused(const std::string& user, std::int64_t issued_at, const std::string& token_id = {}) const {
    Identity identity;
    identity.user.id = {user};
    identity.issued_at = {issued_at};
    identity.token_id = token_id;
    return revoked->concern(identity);
  }

  World world;
  CutSockets sockets;
  RevocationService::Limits limits{.token_lifetime_max = 1h, .leeway = 5s};
  std::unique_ptr<auth::Revocations> revoked;
  std::unique_ptr<RevocationService> revocations;
  const std::int64_t now = world.clock.now_.ms;
};

TEST_F(RevocationServiceTest, J8_what_is_revoked_is_refused_and_its_sockets_are_cut) {
  start();
  ASSERT_TRUE(revoke_user("alice", now));
  ASSERT_TRUE(revoke_token("t1"));
  EXPECT_TRUE(refused("alice", now - 1));
  EXPECT_FALSE(refused("alice", now));
  EXPECT_TRUE(refused("bob", now, "t1"));
  ASSERT_EQ(sockets.cut.size(), 2u);
  EXPECT_EQ(sockets.cut[0].user_id, UserId{"alice"});
  EXPECT_EQ(sockets.cut[1].token_id, "t1");
}

TEST_F(RevocationServiceTest, J8_revocations_outlive_the_server) {
  start();
  ASSERT_TRUE(revoke_user("alice", now));
  ASSERT_TRUE(revoke_user("alice", now - 5'000));
  ASSERT_TRUE(revoke_token("t1"));
  world.restart();
  start();
  EXPECT_TRUE(refused("alice", now - 1)) << "the later one of two holds";
  EXPECT_TRUE(refused("bob", now, "t1"));
  EXPECT_FALSE(refused("bob", now, "t2"));
}

TEST_F(RevocationServiceTest, are_kept_until_the_last_of_their_tokens_has_expired) {
  start();
  ASSERT_TRUE(revoke_user("alice", now));
  ASSERT_TRUE(revoke_token("t1", UnixTime{now + 60'000}));
  world.clock.now_ = UnixTime{now + 64'999};
  revocations->forget_expired();
  EXPECT_TRUE(refused("bob", now, "t1")) << "a token is good for its leeway";
  world.clock.now_ = UnixTime{now + 65'000};
  revocations->forget_expired();
  EXPECT_FALSE(refused("bob", now, "t1"));
  EXPECT_TRUE(refused("alice", now - 1));
  world.clock.now_ = UnixTime{now + 3'610'000};
  revocations->forget_expired();
  world.restart();
  start();
  EXPECT_EQ(revoked->count(), 0u);
}

TEST_F(RevocationServiceTest, are_kept_for_ever_when_nobody_knows_how_long_tokens_live) {
  limits.token_lifetime_max = 0s;
  start();
  ASSERT_TRUE(revoke_user("alice", now));
  ASSERT_TRUE(revoke_token("t1"));
  world.clock.now_ = UnixTime{now + 10LL * 365 * 86'400'000};
  revocations->forget_expired();
  EXPECT_EQ(revoked->count(), 2u);
}

TEST_F(RevocationServiceTest, as_many_as_can_be_kept_are_kept_and_one_more_is_refused) {
  limits.revocations_max = 2;
  start();
  ASSERT_TRUE(revoke_token("t1", UnixTime{now + 60'000}));
  ASSERT_TRUE(revoke_token("t2", UnixTime{now + 60'000}));
  EXPECT_EQ(revoke_token("t3").error().code, Code::conflict);
  EXPECT_FALSE(refused("bob", now, "t3"));
  EXPECT_TRUE(revoke_token("t1", UnixTime{now + 90'000})) << "it is there already";
  world.clock.now_ = UnixTime{now + 65'000};
  EXPECT_TRUE(revoke_token("t3")) << "t2 has expired";
}

} // namespace
} // namespace mentara::services
