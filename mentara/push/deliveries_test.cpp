#include "mentara/push/deliveries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mentara/limits_of_push.h"
#include "mentara/push/test_outlet.h"

namespace mentara::push {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class DeliveriesTest : public testing::Test {
 protected:
  static Delivery delivery(const std::string& topic = "t", const std::string& endpoint = "https://push.example.com/a") {
    return {.subscription = {endpoint, test_user_key, test_auth_secret, {}},
            .endpoint = parse_endpoint(endpoint).value(),
            .topic = topic,
            .text = "text",
            .urgency = "high",
            .until = {clock_.now_.ms + 3'600'000}};
  }
  void pass(wire::Duration time) {
    now_ += time;
    clock_.now_.ms += std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    if (wake_ && *wake_ <= now_) {
      wake_.reset();
      deliveries_.on_time();
    }
  }

  static constexpr std::size_t queue_max = limits::push_queue_of_endpoint_max + 20;
  inline static FakeClock clock_;
  FakeOutlet outlet_;
  wire::TimePoint now_{};
  std::optional<wire::TimePoint> wake_;
  std::vector<std::string> gone_;
  Deliveries deliveries_{outlet_,
                         clock_,
                         {KeyPair::make(), "mailto:ops@example.com", 10s, queue_max},
                         {[this] { return now_; }, [this](wire::TimePoint at) { wake_ = at; }},
                         [this](const std::string& endpoint) { gone_.push_back(endpoint); }};
};

TEST_F(DeliveriesTest, sends_at_once_and_says_how_long_it_is_worth_keeping) {
  deliveries_.add(delivery());
  ASSERT_EQ(outlet_.sent.size(), 1u);
  const PushRequest& request = outlet_.sent[0].request;
  EXPECT_EQ(request.endpoint.origin(), "https://push.example.com");
  EXPECT_EQ(request.ttl_s, 3600);
  EXPECT_EQ(request.urgency, "high");
  EXPECT_EQ(request.topic, "t");
  EXPECT_TRUE(request.authorization.starts_with("vapid t="));
  outlet_.answer(0, 201);
  EXPECT_EQ(deliveries_.counters().sent, 1u);
  EXPECT_EQ(deliveries_.size(), 0u);
}

TEST_F(DeliveriesTest, what_takes_a_push_back_is_for_a_browser_that_is_there_now) {
  Delivery cancel = delivery();
  cancel.is_kept = false;
  deliveries_.add(std::move(cancel));
  EXPECT_EQ(outlet_.sent.at(0).request.ttl_s, 0);
}

TEST_F(DeliveriesTest, tries_again_later_and_later_and_then_no_more) {
  deliveries_.add(delivery());
  for (const auto wait : {10s, 40s, 160s, 640s}) {
    const std::size_t tries = outlet_.sent.size();
    outlet_.answer(tries - 1, tries % 2 ? 503 : 0);
    pass(wait - 1ms);
    EXPECT_EQ(outlet_.sent.size(), tries);
    pass(1ms);
    ASSERT_EQ(outlet_.sent.size(), tries + 1);
  }
  outlet_.answer(4, 500);
  pass(24h);
  EXPECT_EQ(outlet_.sent.size(), static_cast<std::size_t>(limits::push_tries_max));
  EXPECT_EQ(deliveries_.counters().retried, 4u);
  EXPECT_EQ(deliveries_.counters().failed, 1u);
  EXPECT_EQ(deliveries_.size(), 0u);
}

TEST_F(DeliveriesTest, waits_as_long_as_the_service_asks_but_not_for_ever) {
  deliveries_.add(delivery("a"));
  outlet_.answer(0, 429, 60);
  pass(59s);
  EXPECT_EQ(outlet_.sent.size(), 1u);
  pass(1s);
  ASSERT_EQ(outlet_.sent.size(), 2u);
  outlet_.answer(1, 201);

  Delivery patient = delivery("b");
  patient.until.ms += 100'000'000;
  deliveries_.add(std::move(patient));
  outlet_.answer(2, 503, std::numeric_limits<std::int64_t>::max());
  pass(limits::push_retry_delay_max);
  EXPECT_EQ(outlet_.sent.size(), 4u);
}

TEST_F(DeliveriesTest, a_push_that_is_no_use_any_more_is_not_tried_again) {
  Delivery brief = delivery();
  brief.until = {clock_.now_.ms + 5000};
  deliveries_.add(std::move(brief));
  outlet_.answer(0, 503);
  pass(10s);
  EXPECT_EQ(outlet_.sent.size(), 1u);
  EXPECT_EQ(deliveries_.size(), 0u);
}

TEST_F(DeliveriesTest, a_subscription_that_is_gone_is_told_of_and_a_refusal_is_the_end) {
  deliveries_.add(delivery("a"));
  deliveries_.add(delivery("b"));
  deliveries_.add(delivery("c"));
  outlet_.answer(0, 410);
  outlet_.answer(1, 404);
  outlet_.answer(2, 403);
  EXPECT_THAT(gone_, ElementsAre("https://push.example.com/a", "https://push.example.com/a"));
  pass(1h);
  EXPECT_EQ(outlet_.sent.size(), 3u);
  EXPECT_EQ(deliveries_.counters().gone, 2u);
  EXPECT_EQ(deliveries_.counters().failed, 1u);
  EXPECT_EQ(deliveries_.size(), 0u);
}

TEST_F(DeliveriesTest, what_is_said_last_about_a_topic_arrives_last_and_what_lay_between_does_not) {
  Delivery second = delivery(), third = delivery();
  second.urgency = "low";
  third.urgency = "normal";
  deliveries_.add(delivery());
  deliveries_.add(std::move(second));
  deliveries_.add(std::move(third));
  EXPECT_EQ(outlet_.sent.size(), 1u) << "one at a time";
  outlet_.answer(0, 201);
  ASSERT_EQ(outlet_.sent.size(), 2u);
  EXPECT_EQ(outlet_.sent[1].request.urgency, "normal");
  outlet_.answer(1, 201);
  EXPECT_EQ(deliveries_.size(), 0u);
}

TEST_F(DeliveriesTest, what_is_newer_is_sent_instead_of_a_try_that_failed) {
  Delivery newer = delivery(), newest = delivery();
  newer.urgency = "low";
  newest.urgency = "normal";
  deliveries_.add(delivery());
  deliveries_.add(std::move(newer));
  outlet_.answer(0, 503);
  ASSERT_EQ(outlet_.sent.size(), 2u) << "at once: the newer one did not fail";
  EXPECT_EQ(outlet_.sent[1].request.urgency, "low");
  outlet_.answer(1, 503);
  deliveries_.add(std::move(newest));
  ASSERT_EQ(outlet_.sent.size(), 3u);
  EXPECT_EQ(outlet_.sent[2].request.urgency, "normal");
  outlet_.answer(2, 201);
  pass(1h);
  EXPECT_EQ(outlet_.sent.size(), 3u);
}

TEST_F(DeliveriesTest, a_full_queue_drops_and_one_browser_cannot_fill_it) {
  for (std::size_t i = 0; i < limits::push_queue_of_endpoint_max + 1; ++i) deliveries_.add(delivery(std::to_string(i)));
  EXPECT_EQ(outlet_.sent.size(), limits::push_queue_of_endpoint_max);
  EXPECT_EQ(deliveries_.counters().dropped, 1u);
  outlet_.answer(0, 201);
  deliveries_.add(delivery("again"));
  EXPECT_EQ(deliveries_.counters().dropped, 1u) << "there is room again";
  for (std::size_t i = 0; deliveries_.size() < queue_max; ++i) {
    deliveries_.add(delivery("t", "https://push.example.com/" + std::to_string(i)));
  }
  EXPECT_EQ(deliveries_.counters().dropped, 1u);
  deliveries_.add(delivery("t", "https://push.example.com/last"));
  EXPECT_EQ(deliveries_.counters().dropped, 2u);
}

} // namespace
} // namespace mentara::push
