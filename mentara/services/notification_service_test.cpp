#include "mentara/services/notification_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mentara/limits.h"
#include "mentara/services/sync_service.h"
#include "mentara/services/test_fixture.h"

namespace mentara::services {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t minute = 60'000;

struct NotificationServiceTest : testing::Test, World {
  NotificationServiceTest() {
    bus.subscribe<events::NotificationCreatedEvent>("test", [this](const auto& event) {
      EXPECT_EQ(event.cursor.has_value(), event.in_app);
      if (event.cursor) cursors.push_back(event.cursor->position);
      (event.in_app ? told : only_kept).push_back(event.notification.title);
    });
    bus.subscribe<events::NotificationUpdatedEvent>("test", [this](const auto& event) {
      cursors.push_back(event.cursor.position);
      updates.push_back(event);
    });
    bus.subscribe<events::NotificationDeletedEvent>("test", [this](const auto& event) {
      cursors.push_back(event.cursor.position);
      removed.push_back(event.notification_id);
    });
    bus.subscribe<events::UnreadNotificationsEvent>("test", [this](const auto& event) {
      EXPECT_GT(event.unread.version, versions[event.user_id]) << "versions rise";
      versions[event.user_id] = event.unread.version;
      counts.push_back(event.unread.count);
    });
    begin();
  }
  void begin() {
    notifications.emplace(*store, bus, clock, [this](UnixTime time) { due = time; });
  }

  static Notification draft(const std::string& title) { return {.type = "REMINDER", .title = title}; }
  wire::Result<CreatedNotifications, Failure> create(NewNotifications request) {
    return ask<CreatedNotifications>(
        [&](auto done) { notifications->create({{"backend"}}, std::move(request), std::move(done)); });
  }
  NotificationId add(Notification notification) {
    return create({.user_ids = {{"u"}}, .draft = std::move(notification)})->notifications.at(0).id;
  }
  NotificationId add(const std::string& title) { return add(draft(title)); }
  using Count = wire::Result<std::int64_t, Failure>;
  Count set_read(std::vector<NotificationId> ids, bool is_read = true, const std::string& user = "u") {
    return ask<std::int64_t>([&](auto done) { notifications->set_read({{user}}, ids, is_read, std::move(done)); });
  }
  Count remove_all_of(std::vector<NotificationId> ids, const std::string& user = "u") {
    return ask<std::int64_t>([&](auto done) { notifications->erase({{user}}, ids, std::move(done)); });
  }
  Count read_all() {
    return ask<std::int64_t>([&](auto done) { notifications->read_all({{"u"}}, std::move(done)); });
  }
  wire::Result<NotificationPreferences, Failure> prefer(PreferencesChange change) {
    return ask<NotificationPreferences>(
        [&](auto done) { notifications->change_preferences({{"u"}}, std::move(change), std::move(done)); });
  }
  NotificationPage page(NotificationQuery query = {}) {
    return *ask<NotificationPage>([&](auto done) { notifications->list({{"u"}}, std::move(query), std::move(done)); });
  }
  std::vector<std::string> titles(NotificationQuery query = {}) {
    std::vector<std::string> found;
    for (const Notification& notification : page(std::move(query)).notifications) found.push_back(notification.title);
    return found;
  }
  std::int64_t unread() {
    return ask<UnreadNotifications>([&](auto done) { notifications->unread({{"u"}}, std::move(done)); })->count;
  }
  void pass(std::int64_t ms) {
    clock.now_.ms += ms;
    notifications->on_due();
    set_read({}); // writes are done one after the other
    loop.run_posted();
  }

  std::optional<NotificationService> notifications;
  std::vector<std::string> told, only_kept;
  std::vector<events::NotificationUpdatedEvent> updates;
  std::vector<NotificationId> removed;
  std::vector<std::int64_t> counts, cursors;
  std::map<UserId, std::int64_t> versions;
  std::optional<UnixTime> due;
};

TEST_F(NotificationServiceTest, tells_counts_and_lists_what_is_created) {
  add("one");
  add("two");
  EXPECT_THAT(told, ElementsAre("one", "two"));
  EXPECT_THAT(counts, ElementsAre(1, 2));
  EXPECT_THAT(titles(), ElementsAre("two", "one"));
  EXPECT_EQ(unread(), 2);
}

TEST_F(NotificationServiceTest, tells_each_user_once_however_often_he_is_named) {
  const auto made = create({.user_ids = {{"a"}, {"b"}, {"a"}}, .draft = draft("x")});
  ASSERT_EQ(made->notifications.size(), 2u);
  EXPECT_EQ(made->notifications[0].user_id, UserId{"a"});
  EXPECT_EQ(made->notifications[1].user_id, UserId{"b"});
  EXPECT_EQ(told.size(), 2u);
}

TEST_F(NotificationServiceTest, does_a_repeated_request_once) {
  const auto ask_with = [&](const std::string& key, const std::string& title) {
    return create({.user_ids = {{"u"}, {"v"}}, .draft = draft(title), .idempotency_key = key});
  };
  const auto first = ask_with("k", "x");
  clock.now_.ms += 1000;
  const auto again = ask_with("k", "x");
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->duplicate);
  EXPECT_FALSE(first->duplicate);
  EXPECT_EQ(again->notifications, first->notifications);
  EXPECT_EQ(told.size(), 2u);
  ASSERT_FALSE(ask_with("k", "y"));
  EXPECT_EQ(ask_with("k", "y").error().code, Code::conflict);
  EXPECT_FALSE(ask_with("other", "x")->duplicate);
  clock.now_.ms += std::chrono::milliseconds(limits::idempotency_age_max).count() + 1;
  EXPECT_FALSE(ask_with("k", "x")->duplicate) << "it is not known for ever";
}

TEST_F(NotificationServiceTest, replaces_the_unread_one_with_the_same_collapse_key) {
  Notification notification = draft("1 message");
  notification.collapse_key = "c";
  const auto first = add(notification);
  notification.title = "2 messages";
  const auto second = add(notification);
  EXPECT_THAT(titles(), ElementsAre("2 messages"));
  EXPECT_EQ(unread(), 1);
  EXPECT_EQ(set_read({first}).error().code, Code::not_found);
  ASSERT_EQ(*set_read({second}), 1);
  notification.title = "new";
  add(notification);
  EXPECT_THAT(titles(), ElementsAre("new", "2 messages")) << "what was read stays";
}

TEST_F(NotificationServiceTest, is_its_users_alone_and_counts_no_other) { // Z3
  const auto own = add("own");
  const auto foreign = create({.user_ids = {{"v"}}, .draft = draft("foreign")})->notifications.at(0).id;
  EXPECT_EQ(*set_read({own, foreign, {"unknown"}, own}), 1);
  EXPECT_EQ(set_read({foreign}).error(), set_read({{"unknown"}}).error());
  EXPECT_EQ(set_read({foreign}).error().code, Code::not_found);
  EXPECT_EQ(remove_all_of({foreign}).error().code, Code::not_found);
  EXPECT_EQ(*remove_all_of({own, foreign}), 1);
  EXPECT_EQ(*set_read({foreign}, true, "v"), 1);
}

TEST_F(NotificationServiceTest, tells_every_change_of_status_once) {
  const auto one = add("one"), two = add("two");
  EXPECT_EQ(*set_read({one, two}), 2);
  EXPECT_EQ(*set_read({one}), 1); // it is already
  ASSERT_EQ(updates.size(), 2u);
  EXPECT_EQ(updates[0].read_at, clock.now());
  EXPECT_EQ(*set_read({one}, false), 1);
  ASSERT_EQ(updates.size(), 3u);
  EXPECT_EQ(updates[2].read_at, std::nullopt);
  EXPECT_THAT(counts, ElementsAre(1, 2, 0, 1));
  EXPECT_EQ(*remove_all_of({one, two}), 2);
  EXPECT_THAT(removed, ElementsAre(one, two));
  EXPECT_EQ(counts.back(), 0);
  EXPECT_TRUE(std::is_sorted(cursors.begin(), cursors.end()));
}

TEST_F(NotificationServiceTest, marks_all_as_read_with_one_event) {
  EXPECT_EQ(*read_all(), 0);
  EXPECT_THAT(updates, IsEmpty());
  add("one");
  const auto newest = add("two");
  EXPECT_EQ(*read_all(), 2);
  ASSERT_EQ(updates.size(), 1u);
  EXPECT_TRUE(updates[0].all);
  EXPECT_EQ(updates[0].notification_id, newest);
  EXPECT_EQ(unread(), 0);
}

TEST_F(NotificationServiceTest, lists_in_pages_by_type_and_the_unread_alone) {
  std::vector<NotificationId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(add(std::to_string(i)));
  set_read({ids[3]});
  add(Notification{.type = "OTHER", .title = "other"});
  EXPECT_THAT(titles({.unread_only = true, .type = "REMINDER"}), ElementsAre("4", "2", "1", "0"));
  const auto first = page({.limit = 2});
  EXPECT_EQ(first.notifications.size(), 2u);
  EXPECT_THAT(titles({.before = first.next_cursor, .limit = 2}), ElementsAre("3", "2"));
  EXPECT_EQ(page({.limit = 6}).next_cursor, "");
  EXPECT_NE(page({.limit = 5}).next_cursor, "");
  EXPECT_EQ(ask<NotificationPage>([&](auto done) { notifications->list({{"u"}}, {.before = "-1"}, std::move(done)); })
                .error()
                .field,
            "before");
}

TEST_F(NotificationServiceTest, leaves_list_and_count_when_it_expires) {
  Notification notification = draft("soon over");
  notification.expires_at = UnixTime{clock.now().ms + minute};
  const auto id = add(notification);
  EXPECT_EQ(due, notification.expires_at);
  pass(minute - 1);
  EXPECT_THAT(removed, IsEmpty());
  EXPECT_EQ(unread(), 1);
  clock.now_.ms += 1;
  EXPECT_EQ(unread(), 0) << "even before the clock has come by";
  EXPECT_THAT(titles(), IsEmpty());
  EXPECT_FALSE(set_read({id}));
  pass(0);
  EXPECT_THAT(removed, ElementsAre(id));
  EXPECT_EQ(counts.back(), 0);
  notification.expires_at = clock.now();
  EXPECT_EQ(create({.user_ids = {{"u"}}, .draft = notification}).error().field, "expiresAt");
}

TEST_F(NotificationServiceTest, keeps_without_telling_or_counting_what_the_user_does_not_want_in_the_app) {
  ASSERT_TRUE(prefer({.types = {{"REMINDER", {.in_app = false}}}}));
  add("quiet");
  EXPECT_THAT(told, IsEmpty());
  EXPECT_THAT(only_kept, ElementsAre("quiet"));
  EXPECT_THAT(counts, IsEmpty());
  EXPECT_EQ(unread(), 0);
  EXPECT_THAT(titles(), ElementsAre("quiet"));
  EXPECT_THAT(titles({.unread_only = true}), IsEmpty());
}

TEST_F(NotificationServiceTest, holds_back_while_muted_and_tells_in_order_when_it_ends) {
  const UnixTime end{clock.now().ms + 10 * minute};
  EXPECT_EQ(prefer({.muted_until = end})->muted_until, end);
  add("one");
  add("two");
  Notification urgent = draft("urgent");
  urgent.priority = Priority::URGENT;
  add(urgent);
  EXPECT_THAT(told, ElementsAre("urgent"));
  EXPECT_THAT(counts, ElementsAre(1, 2, 3)) << "they are counted";
  EXPECT_EQ(titles().size(), 3u);
  EXPECT_EQ(due, end);
  pass(10 * minute - 1);
  EXPECT_EQ(told.size(), 1u);
  clock.now_.ms += 1;
  add("three"); // before the clock has come by: nothing overtakes
  EXPECT_THAT(told, ElementsAre("urgent", "one", "two", "three"));
  pass(0);
  EXPECT_EQ(told.size(), 4u);
  EXPECT_TRUE(std::is_sorted(cursors.begin(), cursors.end()));
}

TEST_F(NotificationServiceTest, remembers_over_a_restart_what_it_holds) {
  prefer({.muted_until = UnixTime{clock.now().ms + minute}});
  add("one");
  notifications.reset();
  restart();
  begin();
  due.reset();
  pass(0);
  EXPECT_THAT(told, IsEmpty());
  EXPECT_EQ(due, UnixTime{clock.now().ms + minute});
  pass(minute);
  EXPECT_THAT(told, ElementsAre("one"));
}

TEST_F(NotificationServiceTest, holds_through_the_night_by_the_users_clocks) {
  clock.now_ = parse_iso8601("2026-10-24T21:00:00Z").value(); // 23:00 in Berlin; the clocks go back in this night
  ASSERT_TRUE(prefer({.quiet_hours = QuietHours{22 * 60, 7 * 60, "Europe/Berlin"}}));
  add("one");
  EXPECT_EQ(due, parse_iso8601("2026-10-25T06:00:00Z"));
  pass(9 * 60 * minute - 1);
  EXPECT_THAT(told, IsEmpty());
  pass(1);
  EXPECT_THAT(told, ElementsAre("one"));
}

TEST_F(NotificationServiceTest, tells_at_once_when_the_user_wants_to_hear_again) {
  prefer({.quiet_hours = QuietHours{0, 23 * 60 + 59, "UTC"}, .muted_until = UnixTime{clock.now().ms + minute}});
  add("one");
  const auto preferences = prefer({.clear_quiet_hours = true});
  EXPECT_EQ(preferences->quiet_hours, std::nullopt);
  EXPECT_TRUE(preferences->muted_until) << "what was not named stays";
  EXPECT_THAT(told, IsEmpty());
  prefer({.clear_muted = true});
  EXPECT_THAT(told, ElementsAre("one"));
}

TEST_F(NotificationServiceTest, takes_so_many_types_and_no_more) {
  PreferencesChange change;
  for (std::size_t i = 0; i < limits::notification_types_max; ++i) {
    change.types[std::string(1 + i, 'A')] = {.push = false};
  }
  EXPECT_EQ(prefer(change)->types.size(), limits::notification_types_max);
  EXPECT_EQ(prefer({.types = {{"ONE_MORE", {.push = false}}}}).error().field, "types");
  EXPECT_TRUE(prefer({.types = {{"ONE_MORE", {}}}})) << "the default takes no place";
  EXPECT_EQ(prefer({.types = {{"ONE_MORE", {.push = false}}}, .clear_types = true})->types.size(), 1u);
}

TEST_F(NotificationServiceTest, publishes_what_a_backend_says_has_happened_once_with_all_that_it_said) {
  std::vector<events::BackendEvent> heard;
  bus.subscribe<events::BackendEvent>("test", [&](const auto& event) { heard.push_back(event); });
  const auto post = [&](events::BackendEvent event, const std::string& key) {
    return ask<CreatedNotifications>([&](auto done) {
      notifications->post_event({{"backend"}}, std::move(event), {{.user_ids = {{"u"}}, .draft = draft("one")}}, key,
                                std::move(done));
    });
  };
  const events::BackendEvent said{.metadata = {},
                                  .correlation_id = "request-7",
                                  .event_type = "Booked",
                                  .aggregate_type = "visit",
                                  .aggregate_id = "v1",
                                  .event_data = "{}",
                                  .version = 2};
  ASSERT_TRUE(post(said, "key"));
  EXPECT_TRUE(post(said, "key")->duplicate);
  events::BackendEvent other = said;
  other.aggregate_id = "v2";
  EXPECT_EQ(post(other, "key").error().code, Code::conflict);
  ASSERT_TRUE(post({.metadata = {}, .event_type = "Plain", .event_data = "{}"}, ""));
  ASSERT_EQ(heard.size(), 2u);
  EXPECT_EQ(heard[0].metadata.user_id.value, "backend");
  EXPECT_EQ(heard[0].metadata.timestamp, clock.now());
  EXPECT_EQ(heard[0].correlation_id, "request-7");
  EXPECT_EQ(heard[0].aggregate_type + " " + heard[0].aggregate_id, "visit v1");
  EXPECT_EQ(heard[0].version, 2);
  EXPECT_NE(heard[0].event_id.value, "");
  EXPECT_EQ(heard[1].correlation_id, heard[1].event_id.value);
  EXPECT_EQ(heard[1].version, 1);
}

TEST_F(NotificationServiceTest, is_replayed_to_a_device_that_was_away_in_its_channel_alone) {
  SyncService sync(*store, bus, clock, {}, [] {});
  const auto listener = [](Channel channel) { return Listener{{"u"}, {"phone"}, channel}; };
  add("one");
  const auto read = [&](Channel channel) {
    return ask<storage::LogPage>([&](auto done) { sync.read(listener(channel), 0, std::move(done)); })->rows;
  };
  const auto rows = read(Channel::NOTIFICATIONS);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].type, storage::LogType::notification);
  EXPECT_THAT(rows[0].payload, testing::HasSubstr(R"("title":"one","message":"","priority":"NORMAL","isRead":false)"));
  EXPECT_THAT(read(Channel::MESSAGING), IsEmpty());
}

} // namespace
} // namespace mentara::services
