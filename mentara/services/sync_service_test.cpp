#include "mentara/services/sync_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mentara/services/test_fixture.h"

namespace mentara::services {
namespace {

using storage::LogPage;
using storage::LogType;
using testing::ElementsAre;
using testing::IsEmpty;
using wire::Result;

class SyncServiceTest : public testing::Test {
 protected:
  SyncServiceTest() {
    world.bus.subscribe<events::MessageDeliveredEvent>("test", [this](const auto& e) { was_delivered.push_back(e); });
    start();
    world.make_group("c1", {"ann", "bob"});
  }
  void start(SyncService::Limits limits = {}) {
    sync.emplace(*world.store, world.bus, world.clock, limits, [this] { ++flushes_wanted; });
  }

  static Listener device(const std::string& user, const std::string& device = "phone") {
    return {{user}, {device}, Channel::MESSAGING};
  }
  Result<Opened, Failure> open(const Listener& listener, const std::string& cursor = {}) {
    return world.ask<Opened>(
        [&](auto done) { sync->open(listener, listener.device_id.value, cursor, std::move(done)); });
  }
  // Its missed messages and the names of the other rows, from where it begins.
  std::vector<std::string> missed(const Listener& listener) {
    return missed(listener, open(listener)->cursor.position);
  }
  std::vector<std::string> missed(const Listener& listener, storage::Position after) {
    std::vector<std::string> told;
    for (bool last = false; !last;) {
      const auto page = world.ask<LogPage>([&](auto done) { sync->read(listener, after, std::move(done)); });
      for (const storage::LogRow& row : page->rows) {
        told.push_back(row.type == LogType::message ? row.conversation_id.value + "#" + std::to_string(row.seq)
                                                    : "type " + std::to_string(static_cast<int>(row.type)));
      }
      after = page->end;
      last = page->last;
    }
    return told;
  }
  storage::Position send(const std::string& user, const std::string& conversation) {
    wire::check(world.send(user, conversation, "text").has_value(), "it could be sent");
    return world.store->end_of_log().position;
  }
  void store_proofs() {
    flushes_wanted = 0;
    sync->flush();
    world.loop.ask<int>([&](auto done) { // behind it
      world.store->write_beside<int>([](storage::Transaction&) -> Result<int, Failure> { return 0; }, std::move(done));
    });
    world.loop.run_posted();
  }
  std::string end() const { return to_text(world.store->end_of_log()); }

  World world;
  std::optional<SyncService> sync;
  int flushes_wanted = 0;
  std::vector<events::MessageDeliveredEvent> was_delivered;
};

TEST_F(SyncServiceTest, the_first_device_of_a_user_begins_at_the_beginning) {
  send("ann", "c1");
  EXPECT_THAT(missed(device("bob")), ElementsAre("type 3", "c1#1"));
}

TEST_F(SyncServiceTest, a_device_that_was_here_begins_where_it_was_although_it_received_nothing) {
  open(device("bob"));
  EXPECT_EQ(open(device("bob"))->cursor.position, 0);
  const auto position = send("ann", "c1");
  sync->prove(device("bob", "tablet"), "tablet", {position});
  store_proofs();
  EXPECT_THAT(missed(device("bob")), ElementsAre("type 3", "c1#1"));
}

TEST_F(SyncServiceTest, a_new_device_begins_where_no_other_has_received_anything) {
  open(device("bob"));
  sync->prove(device("bob"), "phone", {send("ann", "c1")});
  store_proofs();
  send("ann", "c1");
  EXPECT_THAT(missed(device("bob", "new")), ElementsAre("c1#2"));
}

TEST_F(SyncServiceTest, a_place_moves_with_proof_alone_and_never_back) {
  open(device("bob"));
  const auto first = send("ann", "c1");
  const auto second = send("ann", "c1");
  EXPECT_EQ(open(device("bob"))->cursor.position, 0);
  sync->prove(device("bob"), "phone", {second});
  store_proofs();
  sync->prove(device("bob"), "phone", {first});
  store_proofs();
  EXPECT_EQ(open(device("bob"))->cursor.position, second);
}

TEST_F(SyncServiceTest, proofs_are_gathered_until_they_are_stored_together) {
  open(device("bob"));
  open(device("ann"));
  const auto before = world.store->end_of_log().position;
  send("ann", "c1");
  sync->prove(device("bob"), "phone", {before + 1, {{{"c1"}, 1}}});
  send("ann", "c1");
  sync->prove(device("bob"), "phone", {before + 2, {{{"c1"}, 2}}});
  sync->prove(device("ann"), "phone", {before + 2});
  EXPECT_EQ(flushes_wanted, 1);
  EXPECT_THAT(was_delivered, IsEmpty());
  store_proofs();
  ASSERT_EQ(was_delivered.size(), 1u) << "one row for what two proofs said";
  EXPECT_EQ(was_delivered[0].delivered_seq, 2);
  EXPECT_EQ(was_delivered[0].metadata.user_id, UserId{"bob"});
  EXPECT_EQ(was_delivered[0].cursor, world.store->end_of_log());
  EXPECT_THAT(missed(device("ann")), ElementsAre("type 4"));
}

TEST_F(SyncServiceTest, what_many_users_prove_is_stored_in_pieces_and_all_of_it) {
  const std::vector<std::string> users = {"bob", "eve", "joe", "kim", "lea", "max"};
  for (const std::string& user : users) {
    world.make_group("of-" + user, {"ann", user});
    open(device(user));
    send("ann", "of-" + user);
  }
  const auto end = world.store->end_of_log().position;
  for (const std::string& user : users) sync->prove(device(user), "phone", {end, {{{"of-" + user}, 1}}});
  static_assert(limits::proofs_per_write < 2 * 6);
  store_proofs();
  std::vector<std::string> delivered_to;
  for (const auto& event : was_delivered) delivered_to.push_back(event.metadata.user_id.value);
  EXPECT_EQ(delivered_to, users);
  for (const std::string& user : users) EXPECT_EQ(open(device(user))->cursor.position, end) << user;
  EXPECT_EQ(flushes_wanted, 0) << "nothing was left";
}

TEST_F(SyncServiceTest, I8_a_delivered_watermark_never_goes_back_nor_beyond_the_last_message) {
  send("ann", "c1");
  sync->prove(device("bob"), "phone", {0, {{{"c1"}, 99}}});
  store_proofs();
  sync->prove(device("bob"), "phone", {0, {{{"c1"}, 1}}});
  store_proofs();
  ASSERT_EQ(was_delivered.size(), 1u);
  EXPECT_EQ(was_delivered[0].delivered_seq, 1);
  sync->prove(device("eve"), "phone", {0, {{{"c1"}, 1}}});
  store_proofs();
  EXPECT_EQ(was_delivered.size(), 1u) << "a stranger's word means nothing";
}

TEST_F(SyncServiceTest, in_a_large_conversation_nobody_is_told_who_received_what) {
  std::vector<std::string> users;
  for (std::size_t i = 0; i <= limits::delivered_members_max; ++i) users.push_back("u" + std::to_string(i));
  world.make_group("large", users);
  const auto position = send("u0", "large");
  sync->prove(device("u1"), "phone", {position, {{{"large"}, 1}}});
  store_proofs();
  EXPECT_THAT(was_delivered, IsEmpty());
  EXPECT_EQ(world.open("u0", "large")->conversation.members[1].delivered_seq, 1) << "but it is known";
}

// --- resets ---

TEST_F(SyncServiceTest, as_many_as_a_replay_may_have_are_replayed_and_one_more_is_a_reset) {
  start({.replayed_events_max = 3});
  open(device("bob"));
  send("ann", "c1");
  send("ann", "c1");
  EXPECT_EQ(open(device("bob"))->reset, std::nullopt);
  send("ann", "c1");
  const auto opened = open(device("bob"));
  EXPECT_EQ(opened->reset, ResetReason::too_many);
  EXPECT_EQ(to_text(opened->cursor), end());
  EXPECT_EQ(open(device("bob"))->reset, ResetReason::too_many) << "until it is proven that it was heard";
  sync->prove(device("bob"), "phone", {opened->cursor.position});
  store_proofs();
  EXPECT_EQ(open(device("bob"))->reset, std::nullopt);
}

TEST_F(SyncServiceTest, what_is_too_old_is_not_replayed) {
  open(device("bob"));
  world.clock.now_.ms += limits::replayed_age_max.count() * 3'600'000;
  EXPECT_EQ(open(device("bob"))->reset, std::nullopt);
  world.clock.now_.ms += 1;
  EXPECT_EQ(open(device("bob"))->reset, ResetReason::too_old);
}

TEST_F(SyncServiceTest, F19_a_cursor_of_another_log_is_a_reset) {
  open(device("bob"));
  EXPECT_EQ(open(device("bob"), "other.1")->reset, ResetReason::epoch_changed);
  EXPECT_EQ(open(device("bob"), "noise")->reset, ResetReason::invalid_cursor);
  EXPECT_EQ(open(device("bob"), end() + "0")->reset, ResetReason::invalid_cursor) << "beyond the end";
  EXPECT_EQ(open(device("bob"), end())->reset, std::nullopt);
}

TEST_F(SyncServiceTest, F19_a_place_in_another_log_is_a_reset_until_it_is_heard) {
  open(device("bob"));
  world.restart("UPDATE log_state SET epoch = 'restored'");
  start();
  const auto opened = open(device("bob"));
  EXPECT_EQ(opened->reset, ResetReason::epoch_changed);
  sync->prove(device("bob"), "phone", {opened->cursor.position});
  store_proofs();
  EXPECT_EQ(open(device("bob"))->reset, std::nullopt);
  EXPECT_EQ(open(device("bob"))->cursor.epoch, "restored");
}

// --- a client's own word ---

TEST_F(SyncServiceTest, the_cursor_that_a_client_brings_is_a_proof_as_well) {
  open(device("bob"));
  send("ann", "c1");
  EXPECT_EQ(to_text(open(device("bob"), end())->cursor), end());
  store_proofs();
  EXPECT_EQ(to_text(open(device("bob"))->cursor), end());
}

TEST_F(SyncServiceTest, a_client_can_have_no_more_than_it_was_sent) {
  open(device("bob"));
  const auto first = send("ann", "c1");
  send("ann", "c1");
  EXPECT_EQ(sync->acknowledge(device("bob"), "phone", end(), first), std::nullopt);
  store_proofs();
  EXPECT_EQ(open(device("bob"))->cursor.position, first);
  EXPECT_EQ(sync->acknowledge(device("bob"), "phone", "other.1", first)->field, "cursor");
}

TEST_F(SyncServiceTest, message_delivered_proves_the_stream_up_to_that_message_and_is_for_members) {
  open(device("bob"));
  const auto first = send("ann", "c1");
  const auto second = send("ann", "c1");
  const auto deliver = [&](const std::string& user, const std::string& conversation) {
    return world.ask<std::monostate>([&](auto done) {
      sync->deliver(device(user), "phone", {{conversation}, 1}, second, std::move(done));
    });
  };
  EXPECT_TRUE(deliver("bob", "c1"));
  store_proofs();
  EXPECT_EQ(open(device("bob"))->cursor.position, first);
  ASSERT_EQ(was_delivered.size(), 1u);
  EXPECT_EQ(was_delivered[0].delivered_seq, 1);
  EXPECT_EQ(deliver("eve", "c1").error(), deliver("eve", "none").error());
  EXPECT_EQ(deliver("eve", "c1").error().code, Code::not_found);
}

// --- whose events they are ---

TEST_F(SyncServiceTest, I7_a_stranger_hears_nothing) {
  send("ann", "c1");
  EXPECT_THAT(missed(device("eve")), IsEmpty());
}

TEST_F(SyncServiceTest, pages_of_long_messages_end_earlier_and_nothing_is_missed_or_doubled) {
  for (int i = 0; i < 40; ++i) world.send("ann", "c1", std::string(16'000, 'x'));
  const auto page = world.ask<LogPage>([&](auto done) { sync->read(device("bob"), 0, std::move(done)); });
  EXPECT_FALSE(page->last);
  EXPECT_LT(page->rows.size(), 30u);
  EXPECT_EQ(missed(device("bob")).size(), 41u);
}

TEST_F(SyncServiceTest, keeps_the_places_of_so_many_devices_of_a_user_and_forgets_the_one_that_moved_longest_ago) {
  for (std::size_t i = 0; i <= limits::devices_per_user_max; ++i) {
    ++world.clock.now_.ms;
    open(device("bob", "d" + std::to_string(i)));
  }
  const auto end = send("ann", "c1");
  sync->prove(device("bob", "d1"), "d1", {end});
  store_proofs();
  EXPECT_EQ(open(device("bob", "d2"))->cursor.position, 0) << "still known";
  EXPECT_EQ(open(device("bob", "d0"))->cursor.position, end) << "as if it was never seen";
}

} // namespace
} // namespace mentara::services
