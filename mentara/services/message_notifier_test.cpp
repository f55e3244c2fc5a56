#include "mentara/services/message_notifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "mentara/limits.h"
#include "mentara/services/notification_service.h"
#include "mentara/services/test_fixture.h"
#include "mentara/storage/notifications.h"

namespace mentara::services {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

struct MessageNotifierTest : testing::Test, World {
  MessageNotifierTest() {
    make_group("c", {"ada", "bob", "cyd"});
    bus.subscribe<events::NotificationCreatedEvent>("test", [this](const auto& event) {
      told.push_back(event.notification.user_id.value + ": " + event.notification.message);
    });
    start();
  }
  void start() {
    notifiers.push_back(std::make_unique<MessageNotifier>(
        *store, bus, clock,
        MessageNotifier::Outside{[this](const UserId& user) { return there.contains(user.value); },
                                 [this] { woken = true; }, [this] { woken = true; }}));
    notifier = notifiers.back().get();
    notifier->begin();
    run();
  }
  // Until it has nothing left to do.
  void run() {
    do {
      settle();
      if (std::exchange(woken, false)) notifier->tell();
      settle();
    } while (woken || notifier->busy());
  }
  void settle() { // whatever waits for the database is done
    loop.run_posted();
    read("ada", ReadMark{.conversation_id = {"c"}, .seq = 0});
    history("ada", {.conversation_id = {"c"}});
    loop.run_posted();
  }
  std::vector<std::string> heard() {
    run();
    return std::exchange(told, {});
  }
  std::vector<Notification> kept(const std::string& user) {
    std::optional<NotificationService> service;
    service.emplace(*store, bus, clock, [](UnixTime) {});
    return ask<NotificationPage>([&](auto done) { service->list({{user}}, {}, std::move(done)); })->notifications;
  }

  std::set<std::string> there;
  std::vector<std::unique_ptr<MessageNotifier>> notifiers; // the dead ones are heard of no more
  MessageNotifier* notifier = nullptr;
  std::vector<std::string> told;
  bool woken = false;
};

TEST_F(MessageNotifierTest, tells_members_who_are_not_there_but_nobody_of_his_own_message) {
  there = {"cyd"};
  send("ada", "c", "hello");
  EXPECT_THAT(heard(), ElementsAre("bob: New message"));
  const auto notifications = kept("bob");
  ASSERT_EQ(notifications.size(), 1u);
  EXPECT_EQ(notifications[0].type, "MESSAGE_RECEIVED");
  EXPECT_EQ(notifications[0].collapse_key, "conversation:c");
  EXPECT_THAT(notifications[0].data, testing::HasSubstr(R"("conversationId":"c")"));
  EXPECT_THAT(notifications[0].data, testing::Not(testing::HasSubstr("hello")));
}

TEST_F(MessageNotifierTest, tells_one_for_each_conversation_however_many_messages) {
  there = {"cyd"};
  for (int i = 0; i < 3; ++i) send("ada", "c", "hello");
  EXPECT_THAT(heard(), ElementsAre("bob: 3 new messages"));
  send("ada", "c", "again");
  EXPECT_THAT(heard(), ElementsAre("bob: 4 new messages"));
  EXPECT_EQ(kept("bob").size(), 1u);
}

TEST_F(MessageNotifierTest, tells_two_who_wrote_of_each_others_messages) {
  there = {"cyd"};
  send("ada", "c", "hello");
  send("bob", "c", "hello yourself");
  EXPECT_THAT(heard(), UnorderedElementsAre("ada: New message", "bob: New message"));
}

TEST_F(MessageNotifierTest, does_not_tell_who_muted_it_has_read_it_or_blocks_the_sender) {
  there = {"cyd"};
  change("bob", {.muted = true});
  send("ada", "c", "one");
  EXPECT_THAT(heard(), IsEmpty());
  change("bob", {.muted = true, .muted_until = UnixTime{clock.now().ms + 1000}});
  send("ada", "c", "two");
  EXPECT_THAT(heard(), IsEmpty());
  clock.now_.ms += 1000;
  send("ada", "c", "three");
  EXPECT_THAT(heard(), ElementsAre("bob: 3 new messages"));
  send("ada", "c", "four");
  read("bob", {.conversation_id = {"c"}, .seq = 4});
  EXPECT_THAT(heard(), IsEmpty());
  block("bob", "ada");
  send("ada", "c", "five");
  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(MessageNotifierTest, is_read_when_the_conversation_is) {
  there = {"cyd"};
  send("ada", "c", "one");
  send("ada", "c", "two");
  EXPECT_EQ(heard().size(), 1u);
  read("bob", {.conversation_id = {"c"}, .seq = 1});
  EXPECT_FALSE(kept("bob").at(0).read_at) << "there is one that he has not read";
  read("bob", {.conversation_id = {"c"}, .seq = 2});
  EXPECT_TRUE(kept("bob").at(0).read_at);
}

TEST_F(MessageNotifierTest, I1_loses_none_and_doubles_none_when_the_server_dies_in_between) {
  there = {"cyd"};
  send("ada", "c", "before it was told");
  woken = false; // whoever was to be woken is dead
  restart();
  there.clear();
  start();
  EXPECT_THAT(heard(), UnorderedElementsAre("bob: New message", "cyd: New message")) << "nobody is there after a crash";
  restart();
  start();
  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(MessageNotifierTest, does_not_tell_whose_device_has_proven_to_have_it) {
  send("ada", "c", "hello");
  ask<std::monostate>([&](auto done) {
    store->write<std::monostate>(
        [this](storage::Transaction& transaction) -> wire::Result<std::monostate, Failure> {
          const Listener phone{{"bob"}, {"phone"}, Channel::MESSAGING};
          transaction.places().insert(phone, transaction.log().end_of_log(), clock.now(), 50);
          return std::monostate{};
        },
        std::move(done));
  });
  EXPECT_THAT(heard(), ElementsAre("cyd: New message"));
}

TEST_F(MessageNotifierTest, reads_the_log_when_the_bus_left_something_out) {
  there = {"ada", "bob", "cyd"};
  for (std::size_t i = 0; i < limits::notifier_batch + 5; ++i) send("ada", "c", "told");
  EXPECT_THAT(heard(), IsEmpty());
  there = {"cyd"};
  notifier->begin(); // from the place that is kept: nobody has proven to have any of them
  EXPECT_EQ(heard().back(), "bob: " + std::to_string(limits::notifier_batch + 5) + " new messages");
}

} // namespace
} // namespace mentara::services
