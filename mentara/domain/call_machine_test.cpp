#include "mentara/domain/call_machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mentara {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using wire::TimePoint;

const TimePoint t0{};
const CallAsker phone{CallSide::caller, {"phone"}, "phone1"};
const CallAsker phone_again{CallSide::caller, {"phone"}, "phone2"};
const CallAsker desk{CallSide::callee, {"desk"}, "desk1"};
const CallAsker desk_again{CallSide::callee, {"desk"}, "desk2"};
const CallAsker tablet{CallSide::callee, {"tablet"}, "tablet1"};

// Every wish as a line.
class Wishes final : public CallOutbox {
 public:
  void ring(const std::string& socket) override { say("ring " + socket); }
  void signal(const std::string& socket, CallSide, const CallSignal& signal) override {
    say(socket + " gets " + signal.body);
  }
  void media_state(const std::string& socket, CallSide, const CallMedia& media) override {
    say(socket + (media.video ? " sees" : " sees not"));
  }
  void answered(const std::string& by_socket) override { say("answered by " + by_socket); }
  void peer_reconnecting(const std::string& socket, CallSide, TimePoint until) override {
    say(socket + " waits until " + std::to_string((until - t0) / 1s));
  }
  void peer_reconnected(const std::string& socket, CallSide) override { say(socket + " waits no more"); }
  void ended(EndReason reason, const std::string& asked_by) override {
    say("ended " + std::string(to_string(reason)) + (asked_by.empty() ? "" : " by " + asked_by));
  }
  std::vector<std::string> take() { return std::exchange(said_, {}); }

 private:
  void say(std::string line) { said_.push_back(std::move(line)); }
  std::vector<std::string> said_;
};

class CallMachineTest : public testing::Test {
 protected:
  void answered() {
    EXPECT_FALSE(call.answer(desk, "answer", t0 + 1s, wishes));
    wishes.take();
  }
  CallMachine call{phone, CallTimes{}, t0};
  Wishes wishes;
};

TEST_F(CallMachineTest, the_first_answer_wins_and_the_second_is_too_late) {
  EXPECT_EQ(call.answer(desk, "answer", t0 + 1s, wishes), std::nullopt);
  EXPECT_THAT(wishes.take(), ElementsAre("answered by desk1", "phone1 gets answer"));
  EXPECT_EQ(call.state(), CallState::active);
  EXPECT_EQ(call.answer(tablet, "mine", t0 + 1s, wishes), CallRefusal::too_late);
  EXPECT_EQ(call.answer(desk, "again", t0 + 1s, wishes), CallRefusal::too_late);
  EXPECT_THAT(wishes.take(), IsEmpty());
}

TEST_F(CallMachineTest, candidates_wait_until_they_can_be_used_and_come_in_order_behind_the_answer) {
  for (const char* candidate : {"p1", "p2"}) EXPECT_FALSE(call.candidate(phone, candidate, wishes));
  EXPECT_FALSE(call.candidate(tablet, "t1", wishes));
  for (const char* candidate : {"d1", "d2"}) EXPECT_FALSE(call.candidate(desk, candidate, wishes));
  EXPECT_THAT(wishes.take(), IsEmpty());
  EXPECT_FALSE(call.answer(desk, "answer", t0 + 1s, wishes));
  EXPECT_THAT(wishes.take(), ElementsAre("answered by desk1", "desk1 gets p1", "desk1 gets p2", "phone1 gets answer",
                                         "phone1 gets d1", "phone1 gets d2"));
  EXPECT_FALSE(call.candidate(phone, "p3", wishes));
  EXPECT_THAT(wishes.take(), ElementsAre("desk1 gets p3"));
}

TEST_F(CallMachineTest, rings_for_45_seconds_and_is_missed) {
  call.on_time(t0 + 45s - 1ms, wishes);
  EXPECT_EQ(call.state(), CallState::ringing);
  EXPECT_EQ(call.next_wake(), t0 + 45s);
  call.on_time(t0 + 45s, wishes);
  EXPECT_THAT(wishes.take(), ElementsAre("ended missed"));
  EXPECT_EQ(call.next_wake(), std::nullopt);
}

TEST_F(CallMachineTest, a_caller_without_a_socket_for_ten_seconds_has_cancelled) {
  call.device_gone(phone, true, t0 + 5s, wishes);
  call.on_time(t0 + 15s - 1ms, wishes);
  EXPECT_THAT(wishes.take(), IsEmpty());
  call.on_time(t0 + 15s, wishes);
  EXPECT_THAT(wishes.take(), ElementsAre("ended cancelled"));
}

TEST_F(CallMachineTest, a_caller_who_is_back_in_time_gets_the_answer_there) {
  call.device_gone(phone, true, t0 + 5s, wishes);
  call.device_back(phone_again, wishes);
  EXPECT_EQ(call.next_wake(), t0 + 45s);
  EXPECT_FALSE(call.answer(desk, "answer", t0 + 20s, wishes));
  EXPECT_THAT(wishes.take(), ElementsAre("answered by desk1", "phone2 gets answer"));
}

TEST_F(CallMachineTest, an_answer_while_the_caller_is_away_waits_for_him_and_the_call_is_connecting) {
  call.device_gone(phone, true, t0 + 5s, wishes);
  EXPECT_FALSE(call.answer(desk, "answer", t0 + 6s, wishes));
  EXPECT_FALSE(call.candidate(desk, "d1", wishes));
  EXPECT_EQ(call.state(), CallState::connecting);
  EXPECT_THAT(wishes.take(), ElementsAre("answered by desk1", "desk1 waits until 36"));
  call.device_back(phone_again, wishes);
  EXPECT_EQ(call.state(), CallState::active);
  EXPECT_THAT(wishes.take(), ElementsAre("phone2 gets answer", "phone2 gets d1", "desk1 waits no more"));
}

TEST_F(CallMachineTest, the_callee_coming_and_going_does_not_end_the_ringing) {
  call.device_gone(desk, true, t0 + 5s, wishes);
  EXPECT_EQ(call.next_wake(), t0 + 45s);
  call.device_back(desk_again, wishes);
  EXPECT_THAT(wishes.take(), ElementsAre("ring desk2"));
}

TEST_F(CallMachineTest, outlives_a_socket_for_30_seconds_and_holds_what_comes_in_between) {
  answered();
  call.device_gone(desk, true, t0 + 10s, wishes);
  EXPECT_FALSE(call.renegotiate(phone, "offer2", true, wishes));
  EXPECT_THAT(wishes.take(), ElementsAre("phone1 waits until 40"));
  call.device_back(desk_again, wishes);
  EXPECT_THAT(wishes.take(), ElementsAre("desk2 gets offer2", "phone1 waits no more"));
  call.device_gone(desk_again, true, t0 + 50s, wishes);
  wishes.take();
  call.on_time(t0 + 80s, wishes);
  EXPECT_THAT(wishes.take(), ElementsAre("ended peer_lost"));
}

TEST_F(CallMachineTest, when_both_are_away_the_first_whose_time_is_over_ends_it) {
  answered();
  call.device_gone(desk, true, t0 + 10s, wishes);
  call.device_gone(phone, true, t0 + 20s, wishes);
  wishes.take();
  call.device_back(phone_again, wishes);
  EXPECT_THAT(wishes.take(), ElementsAre("phone2 waits until 40"));
  EXPECT_EQ(call.next_wake(), t0 + 40s);
}

TEST_F(CallMachineTest, another_device_does_not_speak_in_the_call_but_may_end_it) {
  answered();
  EXPECT_EQ(call.candidate(tablet, "t", wishes), CallRefusal::elsewhere);
  EXPECT_EQ(call.renegotiate(tablet, "t", false, wishes), CallRefusal::elsewhere);
  EXPECT_EQ(call.media_state(tablet, {}, wishes), CallRefusal::elsewhere);
  EXPECT_EQ(call.report(tablet, wishes), CallRefusal::elsewhere);
  EXPECT_EQ(call.finish(CallEvent::end, tablet, wishes), std::nullopt);
  EXPECT_THAT(wishes.take(), ElementsAre("ended completed by tablet1"));
}

TEST_F(CallMachineTest, a_device_that_renegotiates_on_a_new_connection_is_in_the_call_there) {
  answered();
  EXPECT_EQ(call.candidate(desk_again, "d", wishes), CallRefusal::elsewhere);
  EXPECT_EQ(call.renegotiate(desk_again, "offer2", true, wishes), std::nullopt);
  EXPECT_FALSE(call.candidate(phone, "p", wishes));
  EXPECT_THAT(wishes.take(), ElementsAre("phone1 gets offer2", "desk2 gets p"));
  call.device_gone(desk, false, t0 + 10s, wishes); // the old one, late
  EXPECT_THAT(wishes.take(), IsEmpty());
}

TEST_F(CallMachineTest, media_state_is_remembered_for_whom_comes_later) {
  EXPECT_FALSE(call.media_state(phone, {.video = false}, wishes));
  EXPECT_EQ(call.media_state(desk, {}, wishes), CallRefusal::too_early);
  EXPECT_FALSE(call.answer(desk, "answer", t0 + 1s, wishes));
  EXPECT_THAT(wishes.take(), ElementsAre("answered by desk1", "desk1 sees not", "phone1 gets answer"));
  call.device_gone(desk, true, t0 + 2s, wishes);
  EXPECT_FALSE(call.media_state(phone, {.video = true}, wishes));
  wishes.take();
  call.device_back(desk_again, wishes);
  EXPECT_THAT(wishes.take(), ElementsAre("desk2 sees", "phone1 waits no more"));
}

TEST_F(CallMachineTest, to_end_an_unanswered_call_is_to_cancel_or_to_reject_it) {
  CallMachine same = call;
  EXPECT_FALSE(call.finish(CallEvent::end, phone, wishes));
  EXPECT_FALSE(same.finish(CallEvent::end, desk, wishes, true));
  EXPECT_THAT(wishes.take(), ElementsAre("ended cancelled by phone1", "ended rejected by desk1"));
}

TEST_F(CallMachineTest, devices_that_found_no_way_to_each_other_end_it_as_failed) {
  answered();
  EXPECT_FALSE(call.finish(CallEvent::end, phone, wishes, true));
  EXPECT_EQ(call.reason(), EndReason::failed);
}

TEST_F(CallMachineTest, each_side_has_its_own_way_to_refuse) {
  EXPECT_EQ(call.finish(CallEvent::reject, phone, wishes), CallRefusal::wrong_side);
  EXPECT_EQ(call.finish(CallEvent::cancel, desk, wishes), CallRefusal::wrong_side);
  EXPECT_EQ(call.answer(phone, "me", t0, wishes), CallRefusal::wrong_side);
  answered();
  EXPECT_EQ(call.finish(CallEvent::reject, desk, wishes), CallRefusal::too_late);
  EXPECT_EQ(call.finish(CallEvent::cancel, phone, wishes), CallRefusal::too_late);
}

TEST_F(CallMachineTest, Z6_what_waits_for_the_other_side_is_bounded) {
  for (std::size_t i = 0; i < CallMachine::held_signals_max; ++i) EXPECT_FALSE(call.candidate(phone, "p", wishes));
  EXPECT_EQ(call.candidate(phone, "p", wishes), CallRefusal::too_much);

  CallMachine other{phone, CallTimes{}, t0};
  EXPECT_FALSE(other.candidate(phone, std::string(CallMachine::held_bytes_max, 'p'), wishes));
  EXPECT_EQ(other.candidate(phone, "p", wishes), CallRefusal::too_much);
}

} // namespace
} // namespace mentara
