#include "mentara/push/push_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "mentara/limits_of_push.h"
#include "mentara/push/message_text.h"
#include "mentara/push/test_outlet.h"
#include "mentara/storage/notifications.h"
#include "mentara/storage/pushes.h"
#include "mentara/storage/test_database.h"

namespace mentara::push {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class PushServiceTest : public testing::Test {
 protected:
  static PushSubscription subscription(const std::string& endpoint) {
    return {"https://push.example.com/" + endpoint, test_user_key, test_auth_secret, {}};
  }
  wire::Result<std::monostate, Failure> subscribe(const std::string& user, PushSubscription what) {
    return loop.ask<std::monostate>([&](auto done) { push.subscribe({{user}}, std::move(what), std::move(done)); });
  }
  void unsubscribe(const std::string& user, const std::string& endpoint) {
    const auto done = loop.ask<std::monostate>(
        [&](auto answer) { push.unsubscribe({{user}}, subscription(endpoint).endpoint, std::move(answer)); });
    EXPECT_TRUE(done);
  }
  std::vector<std::string> endpoints(const std::string& user) {
    using Texts = std::vector<std::string>;
    return *loop.ask<Texts>([&](auto done) {
      store->read<Texts>(
          [user](storage::Snapshot& snapshot) -> wire::Result<Texts, Failure> {
            Texts texts;
            for (const auto& each : snapshot.notifications().pushes().subscriptions({user})) {
              texts.push_back(each.endpoint.substr(each.endpoint.rfind('/') + 1));
            }
            return texts;
          },
          std::move(done));
    });
  }

  // As the notification service does: stored, then told.
  Notification notify(const std::string& user, const std::string& id, std::string collapse_key = {},
                      bool wants_push = true) {
    Notification notification{.id = {id},
                              .user_id = {user},
                              .type = "X",
                              .title = "title",
                              .collapse_key = std::move(collapse_key),
                              .created_at = clock.now()};
    write([notification](storage::Transaction& transaction) {
      for (const auto& old : transaction.notifications().find_unread(notification.user_id, notification.collapse_key)) {
        transaction.notification_changes().remove(old.key);
      }
      transaction.notification_changes().insert({.notification = notification});
    });
    bus.publish(events::NotificationCreatedEvent{{notification.user_id}, notification, true, wants_push, {}});
    loop.run_posted();
    return notification;
  }
  void read(const std::string& user, const std::string& id, bool all = false) {
    write([user, id, now = clock.now()](storage::Transaction& transaction) {
      const auto stored = transaction.notifications().find({user}, {id});
      transaction.notification_changes().set_read(stored->key, now);
    });
    bus.publish(events::NotificationUpdatedEvent{{{user}}, {id}, all, clock.now(), {}});
    settle();
  }
  template <class Change>
  void write(Change change) {
    const auto done = loop.ask<std::monostate>([&](auto answer) {
      store->write<std::monostate>(
          [change](storage::Transaction& transaction) -> wire::Result<std::monostate, Failure> {
            change(transaction);
            return std::monostate();
          },
          std::move(answer));
    });
    EXPECT_TRUE(done);
  }
  void pass(wire::Duration time) {
    now += time;
    clock.now_.ms += std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    if (wake && *wake <= now) {
      wake.reset();
      push.on_time();
    }
    settle();
  }
  // Whatever waited for the database has its answer, and what followed from that too.
  void settle() {
    loop.run_posted();
    for (int i = 0; i < 4; ++i) {
      write([](storage::Transaction&) {});
      endpoints("nobody");
      loop.run_posted();
    }
  }
  // What has been sent by then, when there are so many.
  std::vector<FakeOutlet::Sent>& sent(std::size_t count) {
    loop.run_until([&] { return outlet.sent.size() >= count; });
    return outlet.sent;
  }

  storage::TestDatabase database;
  storage::TestLoop loop;
  FakeClock clock;
  events::EventBus bus{loop.post()};
  std::unique_ptr<storage::Store> store = database.open(loop.post(), clock);
  FakeOutlet outlet;
  wire::TimePoint now{};
  std::optional<wire::TimePoint> wake;
  std::set<std::string> here;
  PushService push{*store,
                   bus,
                   clock,
                   {.rules = {KeyPair::make(), "mailto:ops@example.com", 10s}, .ttl = 1h, .delay = 1s},
                   outlet,
                   {[this](const UserId& user) { return here.contains(user.value); }, [this] { return now; },
                    [this](wire::TimePoint at) { wake = at; }}};
};

TEST_F(PushServiceTest, pushes_to_every_browser_of_a_user_who_is_not_here) {
  ASSERT_TRUE(subscribe("ada", subscription("a")));
  ASSERT_TRUE(subscribe("ada", subscription("b")));
  ASSERT_TRUE(subscribe("bob", subscription("c")));
  const Notification notification = notify("ada", "n1");
  EXPECT_THAT(outlet.sent, IsEmpty()) << "he may be about to come back";
  pass(1s);
  ASSERT_THAT(sent(2), SizeIs(2));
  EXPECT_EQ(outlet.sent[0].request.endpoint.target, "/a");
  EXPECT_EQ(outlet.sent[1].request.endpoint.target, "/b");
  EXPECT_EQ(outlet.sent[0].request.ttl_s, 3600);
  EXPECT_EQ(outlet.sent[0].request.topic, topic_of(notification));
}

TEST_F(PushServiceTest, pushes_nothing_to_who_is_here_or_comes_back_or_does_not_want_it) {
  ASSERT_TRUE(subscribe("ada", subscription("a")));
  here = {"ada"};
  notify("ada", "n1");
  pass(1h);
  here = {};
  notify("ada", "n2");
  here = {"ada"};
  pass(1s);
  here = {};
  notify("ada", "n3", {}, false);
  pass(1h);
  EXPECT_THAT(outlet.sent, IsEmpty());
}

TEST_F(PushServiceTest, pushes_nothing_that_was_read_or_replaced_meanwhile_or_is_too_old) {
  ASSERT_TRUE(subscribe("ada", subscription("a")));
  notify("ada", "n1");
  read("ada", "n1");
  pass(1s);
  EXPECT_THAT(outlet.sent, IsEmpty());
  notify("ada", "n2", "key");
  notify("ada", "n3", "key");
  pass(1s);
  EXPECT_THAT(sent(1), SizeIs(1)) << "the newer one of the key";
}

TEST_F(PushServiceTest, takes_back_what_was_read_elsewhere_once) {
  ASSERT_TRUE(subscribe("ada", subscription("a")));
  const Notification one = notify("ada", "n1");
  const Notification two = notify("ada", "n2");
  pass(1s);
  ASSERT_THAT(sent(2), SizeIs(2));
  outlet.answer(0, 201);
  outlet.answer(1, 201);
  here = {"ada"}; // the device on which he reads
  read("ada", "n1");
  ASSERT_THAT(sent(3), SizeIs(3));
  EXPECT_EQ(outlet.sent[2].request.topic, topic_of(one));
  EXPECT_EQ(outlet.sent[2].request.ttl_s, 0);
  outlet.answer(2, 201);
  read("ada", "n1");
  EXPECT_THAT(outlet.sent, SizeIs(3));
  read("ada", "n2", true);
  ASSERT_THAT(sent(4), SizeIs(4)) << "of all: those that are left";
  EXPECT_EQ(outlet.sent[3].request.topic, topic_of(two));
}

TEST_F(PushServiceTest, what_is_deleted_is_taken_back_too) {
  ASSERT_TRUE(subscribe("ada", subscription("a")));
  notify("ada", "n1");
  pass(1s);
  sent(1);
  bus.publish(events::NotificationDeletedEvent{{{"ada"}}, {"n1"}, {}});
  sent(1);
  outlet.answer(0, 201);
  EXPECT_THAT(sent(2), SizeIs(2));
}

TEST_F(PushServiceTest, forgets_a_browser_that_is_gone) {
  ASSERT_TRUE(subscribe("ada", subscription("a")));
  ASSERT_TRUE(subscribe("ada", subscription("b")));
  notify("ada", "n1");
  pass(1s);
  sent(2);
  outlet.answer(0, 410);
  settle();
  EXPECT_THAT(endpoints("ada"), ElementsAre("b"));
}

TEST_F(PushServiceTest, keeps_as_many_browsers_as_a_user_may_have_and_the_newest_of_them) {
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < limits::push_subscriptions_max; ++i) {
    expected.push_back(std::to_string(i));
    ASSERT_TRUE(subscribe("ada", subscription(expected.back())));
  }
  EXPECT_EQ(endpoints("ada"), expected);
  ASSERT_TRUE(subscribe("ada", subscription("0"))) << "again: the newest now, and no more than before";
  ASSERT_THAT(endpoints("ada"), SizeIs(limits::push_subscriptions_max));
  ASSERT_TRUE(subscribe("ada", subscription("new")));
  const auto left = endpoints("ada");
  EXPECT_THAT(left, SizeIs(limits::push_subscriptions_max));
  EXPECT_EQ(left.front(), "2");
  EXPECT_EQ(left[left.size() - 2], "0");
  EXPECT_EQ(left.back(), "new");
}

TEST_F(PushServiceTest, a_browser_has_one_user_and_only_he_ends_it) {
  ASSERT_TRUE(subscribe("ada", subscription("a")));
  unsubscribe("eve", "a");
  EXPECT_THAT(endpoints("ada"), ElementsAre("a"));
  ASSERT_TRUE(subscribe("bob", subscription("a"))) << "somebody else signed in there";
  EXPECT_THAT(endpoints("ada"), IsEmpty());
  unsubscribe("bob", "a");
  EXPECT_THAT(endpoints("bob"), IsEmpty());
  unsubscribe("bob", "a");
}

TEST_F(PushServiceTest, refuses_what_is_no_subscription_and_says_which_field_it_is) {
  const auto field_of = [&](PushSubscription what) {
    const auto done = subscribe("ada", std::move(what));
    return done ? std::string("taken") : done.error().field;
  };
  PushSubscription wrong = subscription("a");
  wrong.user_key.back() = wrong.user_key.back() == 'A' ? 'E' : 'A';
  EXPECT_EQ(field_of(wrong), "keys.p256dh");
  wrong = subscription("a");
  wrong.user_key = wrong.user_key.substr(0, 86);
  EXPECT_EQ(field_of(wrong), "keys.p256dh");
  wrong = subscription("a");
  wrong.auth_secret += "A";
  EXPECT_EQ(field_of(wrong), "keys.auth");
  for (const char* endpoint :
       {"http://push.example.com/a", "https://localhost/a", "https://10.0.0.1/a", "https://[::1]/a", "no"}) {
    wrong = subscription("a");
    wrong.endpoint = endpoint;
    EXPECT_EQ(field_of(wrong), "endpoint") << endpoint;
  }
  EXPECT_THAT(endpoints("ada"), IsEmpty());
}

} // namespace
} // namespace mentara::push
