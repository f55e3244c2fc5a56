#include "wire/sio/recovery.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "wire/base/json.h"

namespace wire::sio {
namespace {

constexpr TimePoint t0{};

class RecoveryLogTest : public testing::Test {
 protected:
  RecoveryLogTest() {
    log.add_loop(0);
    log.add_loop(1);
  }

  // Answers the offset that clients are told.
  std::string append(std::vector<std::string> rooms, int loop = RecoveryLog::every_loop, TimePoint now = t0,
                     std::vector<std::string> except = {}) {
    log.append("event", Payload::of("argument"), {std::move(rooms), std::move(except), {}}, loop, now);
    return last_argument(take_all(loop == RecoveryLog::every_loop ? 0 : loop).back());
  }

  std::vector<std::shared_ptr<const LoggedEvent>> take_all(int loop) {
    std::vector<std::shared_ptr<const LoggedEvent>> all;
    while (auto next = log.next(loop)) all.push_back(std::move(next));
    return all;
  }

  static std::string last_argument(const std::shared_ptr<const LoggedEvent>& logged) {
    JsonParser parser;
    const auto packet = parser.parse(logged->event.packet.packet().substr(2)); // behind "42"
    return std::string(*(*packet)[packet->size() - 1].string());
  }

  void save(std::vector<std::string> rooms, TimePoint now = t0) {
    log.save({"sid", "pid", std::move(rooms), "{}", 0}, now);
  }

  // What a client that saw `offset` gets when it returns on `loop`.
  std::optional<std::vector<std::string>> missed(const std::string& offset, int loop = 0, std::size_t max = 100'000) {
    const auto session = log.take("pid", offset, t0);
    if (!session) return std::nullopt;
    const auto events = log.missed(*session, loop, max);
    if (!events) return std::nullopt;
    std::vector<std::string> offsets;
    for (const auto& event : *events) offsets.push_back(last_argument(event));
    return offsets;
  }

  ConnectionStateRecovery options;
  RecoveryLog log{"/", options};
};

using Offsets = std::vector<std::string>;

TEST_F(RecoveryLogTest, an_event_tells_its_offset_as_its_last_argument) {
  log.append("event", Payload(), {}, RecoveryLog::every_loop, t0);
  const auto logged = log.next(0);
  EXPECT_EQ(logged->event.packet.packet(), "42[\"event\",\"" + last_argument(logged) + "\"]");
}

TEST_F(RecoveryLogTest, who_returns_gets_what_came_after_the_offset_in_order) {
  const std::string seen = append({});
  const std::string second = append({}), third = append({});
  save({"sid"});
  EXPECT_EQ(missed(seen), (Offsets{second, third}));
}

TEST_F(RecoveryLogTest, only_what_its_rooms_were_told_and_not_excepted) {
  const std::string seen = append({});
  const std::string to_room = append({"other", "room"});
  append({"other"});
  const std::string to_itself = append({"sid"}, 0);
  append({}, RecoveryLog::every_loop, t0, {"room"});
  save({"sid", "room"});
  EXPECT_EQ(missed(seen), (Offsets{to_room, to_itself}));
}

TEST_F(RecoveryLogTest, what_concerned_another_loop_alone_is_not_told) {
  const std::string seen = append({});
  append({}, 1);
  save({"sid"});
  EXPECT_EQ(missed(seen), Offsets());
}

TEST_F(RecoveryLogTest, on_another_loop_the_rest_comes_live) {
  const std::string seen = append({});
  const std::string second = append({});
  take_all(1);
  append({}); // on its way to loop 1
  save({"sid"});
  EXPECT_EQ(missed(seen, 1), Offsets{second});
  EXPECT_EQ(take_all(1).size(), 1u);
}

TEST_F(RecoveryLogTest, a_session_can_be_taken_once) {
  const std::string seen = append({});
  save({"sid"});
  EXPECT_TRUE(missed(seen));
  EXPECT_FALSE(missed(seen));
  EXPECT_EQ(log.session_count(), 0u);
}

TEST_F(RecoveryLogTest, a_session_that_is_put_back_can_be_taken_again) {
  const std::string seen = append({});
  save({"sid"});
  log.put_back(*log.take("pid", seen, t0));
  EXPECT_TRUE(missed(seen));
}

TEST_F(RecoveryLogTest, a_session_ends_after_its_time) {
  const std::string seen = append({});
  save({"sid"});
  EXPECT_FALSE(log.take("pid", seen, t0 + options.max_disconnection_duration + milliseconds(1)));
  save({"sid"});
  EXPECT_TRUE(log.take("pid", seen, t0 + options.max_disconnection_duration));
}

TEST_F(RecoveryLogTest, an_offset_that_is_not_its_own_recovers_nothing) {
  const std::string seen = append({});
  for (const std::string& offset : {std::string(), std::string("1"), std::string("argument"), seen + "x", seen + "0",
                                    seen.substr(0, seen.size() - 1), seen + "99999999999999999999"}) {
    save({"sid"});
    EXPECT_FALSE(log.take("pid", offset, t0)) << offset;
  }
}

TEST_F(RecoveryLogTest, too_much_for_one_connection_is_not_recovered) {
  const std::string seen = append({});
  append({});
  save({"sid"});
  EXPECT_FALSE(missed(seen, 0, 10));
}

TEST_F(RecoveryLogTest, old_events_go_when_new_ones_come) {
  const std::string seen = append({});
  append({});
  take_all(1);
  append({}, RecoveryLog::every_loop, t0 + options.max_disconnection_duration + milliseconds(1));
  EXPECT_EQ(log.event_count(), 1u);
  save({"sid"});
  EXPECT_FALSE(missed(seen));
}

TEST(RecoveryLog, is_bounded_in_bytes_but_keeps_what_a_loop_has_not_taken) {
  ConnectionStateRecovery options;
  options.log_bytes_max = 10'000;
  RecoveryLog log("/", options);
  log.add_loop(0);
  const std::string argument(1000, 'x');
  const auto append = [&] { log.append("event", Payload::of(argument), {}, RecoveryLog::every_loop, t0); };
  for (int i = 0; i < 100; ++i) append();
  EXPECT_EQ(log.event_count(), 100u);
  while (log.next(0)) {
  }
  append();
  EXPECT_LE(log.event_count(), 9u);
  EXPECT_GE(log.event_count(), 7u);
  EXPECT_TRUE(log.next(0));
}

TEST(RecoveryLog, bounds_the_sessions_in_bytes_the_oldest_go) {
  ConnectionStateRecovery options;
  options.session_bytes_max = 5000;
  RecoveryLog log("/", options);
  log.add_loop(0);
  log.append("event", Payload(), {}, RecoveryLog::every_loop, t0);
  const std::string packet(log.next(0)->event.packet.packet());
  const std::string offset = packet.substr(packet.rfind(",") + 2, packet.rfind('"') - packet.rfind(",") - 2);
  for (int i = 0; i < 100; ++i) log.save({"s", "p" + std::to_string(i), {"s"}, std::string(500, 'x'), 0}, t0);
  EXPECT_LE(log.session_count(), 7u);
  EXPECT_FALSE(log.take("p0", offset, t0));
  EXPECT_TRUE(log.take("p99", offset, t0));
}

TEST(RecoveryStore, gives_all_loops_the_same_log_as_long_as_one_has_it) {
  RecoveryStore store;
  auto log = store.log("/", {});
  EXPECT_EQ(store.log("/", {}), log);
  EXPECT_NE(store.log("/other", {}), log);
  const std::weak_ptr<RecoveryLog> gone = log;
  log.reset();
  EXPECT_TRUE(gone.expired());
}

} // namespace
} // namespace wire::sio
