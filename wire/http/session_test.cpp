#include "wire/http/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/http/test_support.h"

namespace wire::http {
namespace {

using test::t0;
using Step = Session::Step;

class HttpSession : public testing::Test {
 protected:
  Step receive(std::string_view bytes) {
    session.receive(bytes, now);
    return session.next(now);
  }
  Step tick_at(TimePoint at) {
    now = at;
    return session.on_tick(now);
  }
  std::string answer(const Response& response = {}) {
    std::string out;
    session.answer(response, now, "", out);
    return out;
  }
  void take_request(std::string_view text) {
    ASSERT_EQ(receive(text), Step::head);
    ASSERT_EQ(session.next(now), Step::request);
  }

  Options options;
  TimePoint now = t0;
  Session session{options, {"192.0.2.7", 4711}, t0};
};

const std::string get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_F(HttpSession, answers_requests_one_after_the_other) {
  take_request(get + "GET /b HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(session.request().target, "/a");
  EXPECT_EQ(session.next(now), Step::wait) << "the second waits for the answer to the first";
  EXPECT_THAT(answer({200, {}, "one"}), testing::StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_FALSE(session.closed());
  ASSERT_EQ(session.next(now), Step::head);
  ASSERT_EQ(session.next(now), Step::request);
  EXPECT_EQ(session.request().target, "/b");
  answer();
  EXPECT_TRUE(session.idle());
}

TEST_F(HttpSession, keeps_what_it_told_of_a_request_until_the_answer) {
  take_request("POST /a?b=c HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
  const Request& request = session.request();
  for (int i = 0; i < 100; ++i) session.receive(std::string(1000, 'x'), now);
  EXPECT_EQ(request.target, "/a?b=c");
  EXPECT_EQ(request.body, "hi");
  EXPECT_EQ(request.header("content-length"), "2");
  EXPECT_EQ(request.peer.address, "192.0.2.7");
}

TEST_F(HttpSession, closes_when_the_peer_or_the_answer_says_so) {
  take_request("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer(), testing::HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(session.closed());

  Session other(options, {}, t0);
  other.receive(get, t0);
  other.next(t0);
  other.next(t0);
  std::string out;
  other.answer({200, {}, {}, true}, t0, "", out);
  EXPECT_THAT(out, testing::HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(other.closed());
  other.receive(get, t0);
  EXPECT_EQ(other.next(t0), Step::wait);
}

TEST_F(HttpSession, keeps_a_connection_of_HTTP_1_0_only_when_asked_to) {
  take_request("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(answer(), testing::HasSubstr("Connection: keep-alive\r\n"));
  EXPECT_FALSE(session.closed());
  take_request("GET / HTTP/1.0\r\n\r\n");
  answer();
  EXPECT_TRUE(session.closed());
}

TEST_F(HttpSession, answers_HEAD_without_the_body) {
  take_request("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(answer({200, {}, "four"}), "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
}

TEST_F(HttpSession, closes_behind_an_answer_that_did_not_wait_for_the_body) {
  ASSERT_EQ(receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /"), Step::head);
  EXPECT_FALSE(session.complete());
  EXPECT_THAT(answer({403, {}, {}}), testing::HasSubstr("Connection: close"));
  EXPECT_TRUE(session.closed());
}

TEST_F(HttpSession, goes_on_behind_an_early_answer_to_a_request_without_body) {
  ASSERT_EQ(receive(get), Step::head);
  EXPECT_TRUE(session.complete());
  answer();
  EXPECT_FALSE(session.closed());
  take_request(get);
}

TEST_F(HttpSession, tells_a_waiting_peer_to_go_on_with_the_body_once) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  ASSERT_EQ(receive(head), Step::head);
  EXPECT_EQ(session.next(now), Step::go_on);
  EXPECT_EQ(session.next(now), Step::wait);
  EXPECT_EQ(receive("a"), Step::wait);
  EXPECT_EQ(receive("b"), Step::request);
  EXPECT_EQ(session.request().body, "ab");
  answer();
  ASSERT_EQ(receive(head + "a"), Step::head);
  EXPECT_EQ(session.next(now), Step::wait) << "its body is on the way already";
}

TEST_F(HttpSession, does_not_invite_a_body_that_is_too_large) {
  options.body_bytes_max = 1;
  Session strict(options, {}, t0);
  strict.receive("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", t0);
  EXPECT_EQ(strict.next(t0), Step::head);
  EXPECT_EQ(strict.next(t0), Step::too_large);
}

TEST_F(HttpSession, lets_the_body_limit_be_set_for_one_request) {
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
  ASSERT_EQ(receive(post), Step::head);
  session.set_body_bytes_max(5);
  EXPECT_EQ(session.next(now), Step::request);
  answer();
  ASSERT_EQ(receive(post), Step::head);
  session.set_body_bytes_max(4);
  EXPECT_EQ(session.next(now), Step::too_large);
  EXPECT_THAT(answer({413, {}, {}}), testing::StartsWith("HTTP/1.1 413 "));
  EXPECT_TRUE(session.closed());

  Session other(options, {}, t0);
  other.receive(post, t0);
  EXPECT_EQ(other.next(t0), Step::head);
  EXPECT_EQ(other.next(t0), Step::request) << "the next has the default again";
}

TEST_F(HttpSession, answers_a_broken_request_with_a_constant_text_and_reads_no_further) {
  EXPECT_EQ(receive("GET / HTTP/1.1\r\nHost : <script>\r\n\r\n" + std::string(get)), Step::failed);
  EXPECT_EQ(
      session.failure_response("today"),
      "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 12\r\nDate: today\r\n"
      "Connection: close\r\n\r\nBad Request\n");
  EXPECT_TRUE(session.closed());
  EXPECT_EQ(receive(get), Step::wait);
}

TEST_F(HttpSession, H2_gives_a_head_ten_seconds) {
  EXPECT_EQ(receive("GET / HT"), Step::wait);
  now = t0 + seconds(9);
  EXPECT_EQ(receive("TP/1.1\r\n"), Step::wait) << "a byte now and then buys no time";
  EXPECT_EQ(tick_at(t0 + seconds(10) - milliseconds(1)), Step::wait);
  EXPECT_EQ(tick_at(t0 + seconds(10)), Step::failed);
  EXPECT_EQ(session.failure_status(), 408);
}

TEST_F(HttpSession, H2_closes_a_connection_that_says_nothing) {
  EXPECT_EQ(session.deadline(), t0 + seconds(10));
  EXPECT_EQ(tick_at(t0 + seconds(10)), Step::expired);
  EXPECT_TRUE(session.closed());
}

TEST_F(HttpSession, H2_asks_for_a_kilobyte_of_body_each_second_after_a_grace_of_five) {
  ASSERT_EQ(receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"), Step::head);
  ASSERT_EQ(session.next(now), Step::wait);
  EXPECT_EQ(session.deadline(), t0 + seconds(5));
  for (int second = 1; second <= 20; ++second) {
    now = t0 + seconds(second);
    ASSERT_EQ(session.on_tick(now), Step::wait) << second;
    ASSERT_EQ(receive(std::string(1024, 'x')), Step::wait);
  }
  for (int i = 1; i < 5; ++i) {
    now += seconds(1);
    ASSERT_EQ(session.on_tick(now), Step::wait) << i;
    ASSERT_EQ(receive("x"), Step::wait) << "a byte a second";
  }
  EXPECT_EQ(tick_at(now + seconds(2)), Step::failed);
  EXPECT_EQ(session.failure_status(), 408);
}

TEST_F(HttpSession, H2_lets_nobody_save_up_more_patience_than_twice_the_grace) {
  ASSERT_EQ(receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"), Step::head);
  ASSERT_EQ(session.next(now), Step::wait);
  ASSERT_EQ(receive(std::string(900'000, 'x')), Step::wait);
  EXPECT_EQ(tick_at(t0 + seconds(10)), Step::failed);
}

TEST_F(HttpSession, lets_an_answer_take_its_time) {
  take_request(get);
  EXPECT_EQ(session.deadline(), std::nullopt);
  EXPECT_EQ(tick_at(t0 + std::chrono::hours(1)), Step::wait);
}

TEST_F(HttpSession, closes_without_a_word_when_no_other_request_comes) {
  take_request(get);
  answer();
  EXPECT_EQ(tick_at(t0 + seconds(15) - milliseconds(1)), Step::wait);
  EXPECT_EQ(tick_at(t0 + seconds(15)), Step::expired);
}

TEST_F(HttpSession, gives_the_next_head_its_own_time) {
  take_request(get);
  answer();
  now = t0 + seconds(14);
  EXPECT_EQ(receive("G"), Step::wait);
  EXPECT_EQ(tick_at(t0 + seconds(23)), Step::wait);
  EXPECT_EQ(tick_at(t0 + seconds(24)), Step::failed);
}

TEST_F(HttpSession, sends_no_408_for_an_empty_line_behind_a_request) {
  take_request(get);
  answer();
  EXPECT_EQ(receive("\r\n"), Step::wait);
  EXPECT_EQ(tick_at(t0 + seconds(10)), Step::expired);
}

TEST_F(HttpSession, is_full_when_too_much_came_before_the_answer) {
  take_request(get);
  session.receive(std::string(options.pipelined_bytes_max - 1, 'x'), now);
  EXPECT_FALSE(session.full());
  session.receive("x", now);
  EXPECT_TRUE(session.full());
}

TEST_F(HttpSession, gives_away_what_came_behind_the_request) {
  take_request(get + "\x81\x85glued");
  EXPECT_EQ(session.take_unread(), "\x81\x85glued");
  EXPECT_EQ(session.take_unread(), "");
}

TEST_F(HttpSession, gives_away_a_request_that_another_session_reads_again) {
  const std::string post = "POST /a?b HTTP/1.1\r\nHost: a\r\nX-Y: Z\r\nContent-Length: 5\r\n\r\nhel";
  ASSERT_EQ(receive(post), Step::head);
  Session other(options, {}, t0);
  other.receive(session.take_all(), t0);
  ASSERT_EQ(other.next(t0), Step::head);
  EXPECT_EQ(other.request().target, "/a?b");
  EXPECT_EQ(other.request().header("x-y"), "Z");
  other.receive("lo", t0);
  ASSERT_EQ(other.next(t0), Step::request);
  EXPECT_EQ(other.request().body, "hello");
}

TEST_F(HttpSession, closes_behind_the_answer_when_it_was_told_that_it_is_the_last) {
  take_request(get);
  session.close_after_answer();
  EXPECT_THAT(answer(), testing::HasSubstr("Connection: close"));
  EXPECT_TRUE(session.closed());
}

} // namespace
} // namespace wire::http
