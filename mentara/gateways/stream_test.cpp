#include "mentara/gateways/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mentara::gateways {
namespace {

using testing::ElementsAre;
using wire::Pressure;
using Next = Stream::Next;
using Row = Stream::Row;
using Verdict = Stream::Verdict;

class StreamTest : public testing::Test {
 protected:
  // What its first replay leaves: it is fed from 10 on.
  void be_fed() { ASSERT_EQ(stream.on_page(10, true, Pressure::none), Next::complete); }

  std::optional<services::Proof> proven(std::uint64_t receipt) {
    stream.on_receipt(receipt);
    stream.ripen();
    return stream.ripen();
  }

  Stream stream{{{"ann"}, {"phone"}, Channel::MESSAGING}, 5};
};

TEST_F(StreamTest, reads_page_by_page_until_nothing_is_missing_and_says_so_once) {
  EXPECT_EQ(stream.on_row(6, false), Row::give);
  EXPECT_EQ(stream.on_row(8, false), Row::give);
  EXPECT_EQ(stream.on_page(8, false, Pressure::none), Next::read);
  EXPECT_EQ(stream.sent(), 8);
  EXPECT_EQ(stream.on_row(9, false), Row::give);
  EXPECT_EQ(stream.on_page(12, true, Pressure::none), Next::complete);
  EXPECT_EQ(stream.sent(), 12) << "what lay between concerned others";
  EXPECT_EQ(stream.replayed(), 3u);
}

TEST_F(StreamTest, counts_as_replayed_what_the_client_was_given_and_not_what_it_sent_meanwhile) {
  EXPECT_EQ(stream.on_row(6, false), Row::give);
  EXPECT_EQ(stream.on_row(7, true), Row::own) << "it has its answer";
  EXPECT_EQ(stream.on_row(8, false), Row::give);
  EXPECT_EQ(stream.on_page(8, true, Pressure::none), Next::complete);
  EXPECT_EQ(stream.replayed(), 2u);
  EXPECT_EQ(stream.sent(), 8) << "its own is behind it all the same";
}

TEST_F(StreamTest, finds_in_the_log_what_happened_while_it_read) {
  EXPECT_EQ(stream.on_event(11, Pressure::none), Verdict::skip);
  EXPECT_EQ(stream.on_page(10, true, Pressure::none), Next::read) << "the snapshot was older than that";
  EXPECT_EQ(stream.on_row(11, false), Row::give);
  EXPECT_EQ(stream.on_page(11, true, Pressure::none), Next::complete);
  EXPECT_EQ(stream.on_event(11, Pressure::none), Verdict::skip) << "and not a second time";
  EXPECT_EQ(stream.on_event(12, Pressure::none), Verdict::send);
}

TEST_F(StreamTest, gives_each_event_once_whichever_way_it_comes_first) {
  be_fed();
  EXPECT_EQ(stream.on_event(9, Pressure::none), Verdict::skip);
  EXPECT_EQ(stream.on_event(12, Pressure::none), Verdict::send);
  EXPECT_EQ(stream.on_event(12, Pressure::none), Verdict::skip);
  EXPECT_EQ(stream.on_row(12, false), Row::skip);
}

TEST_F(StreamTest, F9_is_no_longer_fed_when_it_is_too_far_behind_and_reads_on_when_that_has_drained) {
  be_fed();
  EXPECT_EQ(stream.on_event(12, Pressure::none), Verdict::send);
  EXPECT_EQ(stream.on_event(13, Pressure::soft), Verdict::wait);
  EXPECT_EQ(stream.on_event(14, Pressure::none), Verdict::skip) << "in between 13 would be missing";
  EXPECT_TRUE(stream.on_drained());
  EXPECT_EQ(stream.sent(), 12);
  EXPECT_EQ(stream.on_row(13, false), Row::give);
  EXPECT_EQ(stream.on_row(14, false), Row::give);
  EXPECT_EQ(stream.on_page(14, true, Pressure::none), Next::feed) << "sync:complete was said before";
  EXPECT_EQ(stream.on_event(15, Pressure::none), Verdict::send);
}

TEST_F(StreamTest, F9_waits_between_pages_for_who_does_not_read) {
  EXPECT_EQ(stream.on_page(8, false, Pressure::soft), Next::wait);
  EXPECT_FALSE(stream.on_event(9, Pressure::none) == Verdict::send);
  EXPECT_TRUE(stream.on_drained());
  EXPECT_FALSE(stream.on_drained()) << "it is reading now";
}

TEST_F(StreamTest, a_drained_connection_that_nobody_waited_for_means_nothing) {
  be_fed();
  EXPECT_FALSE(stream.on_drained());
}

TEST_F(StreamTest, reads_the_log_when_events_were_left_out) {
  EXPECT_FALSE(stream.on_gap(11)) << "it reads already";
  EXPECT_EQ(stream.on_page(10, true, Pressure::none), Next::read) << "but not far enough";
  EXPECT_EQ(stream.on_page(11, true, Pressure::none), Next::complete);
  EXPECT_FALSE(stream.on_gap(11)) << "it has those";
  EXPECT_TRUE(stream.on_gap(13));
  EXPECT_EQ(stream.on_event(14, Pressure::none), Verdict::skip);
  EXPECT_EQ(stream.on_page(14, true, Pressure::none), Next::feed);
}

// --- proof ---

TEST_F(StreamTest, proves_what_was_sent_before_the_receipt_was_asked_for_and_nothing_later) {
  be_fed();
  stream.on_event(11, Pressure::none);
  stream.on_asked(1, storage::Delivered{{"c1"}, 3});
  stream.on_event(12, Pressure::none);
  stream.on_asked(1, storage::Delivered{{"c1"}, 4});
  stream.on_event(13, Pressure::none);
  stream.on_asked(2, storage::Delivered{{"c2"}, 1});

  const auto first = proven(1);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->position, 12);
  EXPECT_THAT(first->delivered, ElementsAre(storage::Delivered{{"c1"}, 4}));
  const auto second = proven(2);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->position, 13);
  EXPECT_THAT(second->delivered, ElementsAre(storage::Delivered{{"c2"}, 1}));
}

TEST_F(StreamTest, takes_a_later_receipt_for_the_earlier_ones_too) {
  be_fed();
  stream.on_event(11, Pressure::none);
  stream.on_asked(1, storage::Delivered{{"c1"}, 3});
  stream.on_event(12, Pressure::none);
  stream.on_asked(2, std::nullopt);
  const auto proof = proven(2);
  ASSERT_TRUE(proof);
  EXPECT_EQ(proof->position, 12);
  EXPECT_THAT(proof->delivered, ElementsAre(storage::Delivered{{"c1"}, 3}));
}

TEST_F(StreamTest, a_receipt_that_another_socket_of_the_connection_asked_for_proves_nothing_here) {
  EXPECT_FALSE(proven(1));
  stream.on_row(6, false);
  stream.on_asked(2, std::nullopt);
  EXPECT_FALSE(proven(1));
  EXPECT_EQ(proven(2)->position, 6);
}

TEST_F(StreamTest, a_proof_ripens_from_one_tick_to_the_next_but_one) {
  be_fed();
  stream.on_event(11, Pressure::none);
  stream.on_asked(1, storage::Delivered{{"c1"}, 3});
  stream.on_event(12, Pressure::none);
  stream.on_asked(2, storage::Delivered{{"c1"}, 4});
  stream.on_event(13, Pressure::none);
  stream.on_asked(3, storage::Delivered{{"c2"}, 1});
  EXPECT_TRUE(stream.on_receipt(1));
  EXPECT_FALSE(stream.on_receipt(2)) << "somebody looks after it already";
  EXPECT_FALSE(stream.ripen());
  EXPECT_FALSE(stream.on_receipt(3));
  const auto first = stream.ripen();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->position, 12);
  EXPECT_THAT(first->delivered, ElementsAre(storage::Delivered{{"c1"}, 4})) << "the two as one";
  EXPECT_TRUE(stream.ripening());
  EXPECT_EQ(stream.ripen()->position, 13);
  EXPECT_FALSE(stream.ripening());
  EXPECT_FALSE(stream.ripen());
}

} // namespace
} // namespace mentara::gateways
