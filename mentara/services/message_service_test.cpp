#include "mentara/services/message_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mentara/services/test_fixture.h"

namespace mentara::services {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class MessageServiceTest : public testing::Test, protected World {
 protected:
  MessageServiceTest() { make_group("c", {"ann", "bob"}); }
};

TEST_F(MessageServiceTest, a_message_is_answered_whole_and_told_to_the_members) {
  store->learn_user({{"ann"}, "Ann", {}, {}, "https://img/ann.png"});
  const auto answer = send("ann", {.conversation_id = {"c"},
                                   .content = "Hello!",
                                   .type = MessageType::IMAGE,
                                   .client_message_id = {"m1"},
                                   .attachments = {{"https://x/1.png", "one \"1\".png", 7, "image/png"}},
                                   .metadata = R"({"k":[1]})"});
  ASSERT_TRUE(answer);
  const Message& message = answer->message;
  EXPECT_FALSE(answer->duplicate);
  EXPECT_EQ(message.id.value.size(), 36u);
  EXPECT_EQ(message.seq, 1);
  EXPECT_EQ(message.sender.name, "Ann");
  EXPECT_EQ(message.created_at, clock.now());

  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].message, message);
  EXPECT_THAT(*sent[0].members, ElementsAre(UserId{"ann"}, UserId{"bob"}));
  EXPECT_EQ(sent[0].metadata.origin, "socket-of-ann");
  EXPECT_EQ(sent[0].cursor, store->end_of_log());

  const auto page = history("bob", {.conversation_id = {"c"}});
  ASSERT_TRUE(page);
  EXPECT_THAT(page->messages, ElementsAre(message));
}

TEST_F(MessageServiceTest, content_comes_back_byte_for_byte) {
  const std::string content("\0 <b>\"' 😀 \\ \r\n\x7f", 17);
  ASSERT_TRUE(send("ann", "c", content));
  EXPECT_EQ(history("bob", {.conversation_id = {"c"}})->messages.at(0).content, content);
}

TEST_F(MessageServiceTest, the_sender_has_his_answer_before_anybody_is_told) {
  std::vector<std::string> order;
  bus.subscribe<events::MessageSentEvent>("order", [&](const auto&) { order.push_back("event"); });
  messages->send(actor("ann"), {.conversation_id = {"c"}, .content = "x"}, [&](auto) { order.push_back("answer"); });
  loop.run_until([&] { return order.size() == 2; });
  EXPECT_THAT(order, ElementsAre("answer", "event"));
}

TEST_F(MessageServiceTest, events_come_in_the_order_of_the_log) {
  for (int i = 0; i < 50; ++i) {
    messages->send(actor("ann"), {.conversation_id = {"c"}, .content = "x"}, [](auto) {});
    messages->send(actor("bob"), {.conversation_id = {"c"}, .content = "y"}, [](auto) {});
  }
  loop.run_until([&] { return sent.size() == 100; });
  for (std::size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(sent[i].message.seq, static_cast<std::int64_t>(i + 1));
    EXPECT_EQ(sent[i].cursor.position, created.at(0).cursor.position + static_cast<std::int64_t>(i + 1));
  }
}

// --- Idempotence (I4) ---

TEST_F(MessageServiceTest, a_retry_gives_the_same_message_and_tells_nobody_again) {
  const NewMessage message{.conversation_id = {"c"}, .content = "once", .client_message_id = {"m1"}};
  const auto first = send("ann", message);
  clock.now_.ms += 1000;
  const auto again = send("ann", message);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(again->message, first->message);
  EXPECT_EQ(sent.size(), 1u);
  EXPECT_EQ(history("ann", {.conversation_id = {"c"}})->messages.size(), 1u);
}

TEST_F(MessageServiceTest, a_retry_in_the_same_group_commit_is_a_duplicate_too) {
  std::vector<SentMessage> answers;
  for (int i = 0; i < 20; ++i) {
    messages->send(actor("ann"), {.conversation_id = {"c"}, .content = "once", .client_message_id = {"m1"}},
                   [&](auto answer) { answers.push_back(*answer); });
  }
  loop.run_until([&] { return answers.size() == 20; });
  loop.run_posted();
  EXPECT_FALSE(answers[0].duplicate);
  for (std::size_t i = 1; i < answers.size(); ++i) {
    EXPECT_TRUE(answers[i].duplicate);
    EXPECT_EQ(answers[i].message, answers[0].message);
  }
  EXPECT_EQ(sent.size(), 1u);
}

TEST_F(MessageServiceTest, a_retry_survives_a_restart) {
  const NewMessage message{.conversation_id = {"c"}, .content = "once", .client_message_id = {"m1"}};
  const auto first = send("ann", message);
  restart();
  EXPECT_EQ(send("ann", message)->message, first->message);
}

TEST_F(MessageServiceTest, a_used_client_message_id_with_anything_else_is_a_conflict) {
  make_group("other", {"ann", "bob"});
  const NewMessage message{.conversation_id = {"c"}, .content = "once", .client_message_id = {"m1"}};
  ASSERT_TRUE(send("ann", message));
  NewMessage changed = message, elsewhere = message, with_file = message;
  changed.content = "twice";
  elsewhere.conversation_id = {"other"};
  with_file.attachments = {{"https://x/1.png", "1.png", 7, "image/png"}};
  for (const NewMessage& retry : {changed, elsewhere, with_file}) {
    const auto answer = send("ann", retry);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::conflict);
  }
  EXPECT_EQ(sent.size(), 1u);
}

TEST_F(MessageServiceTest, a_retry_is_answered_as_it_was_whatever_was_forbidden_since) {
  const auto direct = create("ann", {.type = ConversationType::DIRECT, .participant_ids = {{"bob"}}});
  const NewMessage message{
      .conversation_id = direct->conversation.conversation.id, .content = "once", .client_message_id = {"m1"}};
  const auto first = send("ann", message);
  ASSERT_TRUE(first);
  ASSERT_TRUE(block("bob", "ann"));
  NewMessage other = message, changed = message;
  other.client_message_id = {"m2"};
  changed.content = "twice";
  EXPECT_EQ(send("ann", other).error().code, Code::blocked);
  EXPECT_EQ(send("ann", changed).error().code, Code::conflict);
  const auto again = send("ann", message);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(again->message, first->message);
}

TEST_F(MessageServiceTest, two_senders_may_use_the_same_client_message_id) {
  const NewMessage message{.conversation_id = {"c"}, .content = "x", .client_message_id = {"m1"}};
  EXPECT_EQ(send("ann", message)->message.seq, 1);
  EXPECT_EQ(send("bob", message)->message.seq, 2);
}

// --- Who may (Z1, Z3) ---

TEST_F(MessageServiceTest, a_stranger_gets_the_answer_of_a_conversation_that_does_not_exist) {
  const auto message = send("ann", "c", "secret")->message;
  sent.clear();
  EXPECT_EQ(send("eve", "c", "hi").error(), send("eve", "absent", "hi").error());
  EXPECT_EQ(history("eve", {.conversation_id = {"c"}}).error(),
            history("eve", {.conversation_id = {"absent"}}).error());
  EXPECT_EQ(read("eve", {.conversation_id = {"c"}, .seq = 1}).error(),
            read("eve", {.conversation_id = {"absent"}, .seq = 1}).error());
  EXPECT_EQ(read("eve", {.message_id = message.id}).error(), read("eve", {.message_id = {"absent"}}).error());
  EXPECT_EQ(send("eve", "c", "hi").error(), not_found("conversation"));
  EXPECT_THAT(sent, IsEmpty());
}

TEST_F(MessageServiceTest, a_reply_quotes_the_message_that_it_answers) {
  const auto asked = send("ann", "c", std::string(300, 'q'))->message;
  const auto reply = send("bob", {.conversation_id = {"c"}, .content = "a", .reply_to_id = asked.id});
  ASSERT_TRUE(reply);
  const Quote quote{asked.id, {"ann"}, std::string(200, 'q')};
  EXPECT_EQ(reply->message.reply_to, quote);
  EXPECT_EQ(history("ann", {.conversation_id = {"c"}})->messages.at(1).reply_to, quote);
}

TEST_F(MessageServiceTest, a_reply_to_a_message_elsewhere_is_as_to_one_that_does_not_exist) {
  make_group("other", {"ann", "eve"});
  const auto elsewhere = send("eve", "other", "secret")->message;
  const auto foreign = send("bob", {.conversation_id = {"c"}, .content = "a", .reply_to_id = elsewhere.id});
  const auto absent = send("bob", {.conversation_id = {"c"}, .content = "a", .reply_to_id = {"absent"}});
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error(), absent.error());
  EXPECT_EQ(send("bob", "c", "first")->message.seq, 1) << "a refused message must leave no gap";
}

// --- History ---

class HistoryTest : public MessageServiceTest {
 protected:
  HistoryTest() {
    for (int i = 1; i <= 7; ++i) send("ann", "c", std::to_string(i));
  }
  std::string page(HistoryQuery query) {
    query.conversation_id = {"c"};
    const auto page = history("bob", query);
    std::string text;
    for (const Message& message : page->messages) text += message.content;
    return text + (page->has_more ? "+" : "");
  }
};

TEST_F(HistoryTest, begins_with_the_newest) {
  EXPECT_EQ(page({.limit = 3}), "567+");
  EXPECT_EQ(page({.limit = 7}), "1234567");
}

TEST_F(HistoryTest, goes_back_from_a_seq) {
  EXPECT_EQ(page({.before_seq = 5, .limit = 3}), "234+");
  EXPECT_EQ(page({.before_seq = 4, .limit = 3}), "123");
  EXPECT_EQ(page({.before_seq = 1, .limit = 3}), "");
}

TEST_F(HistoryTest, goes_on_from_a_seq) {
  EXPECT_EQ(page({.after_seq = 0, .limit = 3}), "123+");
  EXPECT_EQ(page({.after_seq = 4, .limit = 3}), "567");
  EXPECT_EQ(page({.after_seq = 99, .limit = 3}), "");
}

TEST_F(HistoryTest, lies_around_a_seq) {
  EXPECT_EQ(page({.around_seq = 4, .limit = 3}), "345+");
  EXPECT_EQ(page({.around_seq = 4, .limit = 1}), "4+");
  EXPECT_EQ(page({.around_seq = 4, .limit = 20}), "1234567");
  EXPECT_EQ(page({.around_seq = 1, .limit = 4}), "12+");
}

TEST_F(HistoryTest, ends_a_page_of_long_messages_early_and_says_that_there_is_more) {
  const std::string half(limits::history_page_bytes_max / 2, 'x');
  for (const char* end : {"a", "b", "c"}) send("ann", "c", half.substr(1) + end);
  const auto ends = [&](HistoryQuery query) {
    query.conversation_id = {"c"};
    std::string text;
    const auto page = history("bob", query);
    for (const Message& message : page->messages) text += message.content.back();
    return text + (page->has_more ? "+" : "");
  };
  EXPECT_EQ(ends({.limit = 10}), "bc+") << "the newest two, just as many bytes as a page may have";
  EXPECT_EQ(ends({.before_seq = 9, .limit = 10}), "1234567a") << "and it goes on behind them";
  EXPECT_EQ(ends({.after_seq = 7, .limit = 10}), "ab+");
  EXPECT_EQ(ends({.after_seq = 9, .limit = 10}), "c");
}

TEST_F(HistoryTest, holds_at_least_one_message_however_long) {
  send("ann", "c", std::string(limits::history_page_bytes_max + 1, 'x'));
  EXPECT_EQ(history("bob", {.conversation_id = {"c"}, .limit = 10})->messages.size(), 1u);
}

// --- Who joined late (I7) ---

class LateMemberTest : public HistoryTest {
 protected:
  // As if bob had come when four of the seven messages were there.
  LateMemberTest() {
    connection_->execute(
        "UPDATE members SET joined_seq = 4, read_seq = 4 WHERE user_key = "
        "(SELECT user_key FROM users WHERE user_id = 'bob')");
  }
  void show_all() { connection_->execute("UPDATE conversations SET history_visibility = 1"); }
  std::unique_ptr<storage::sql::Database> connection_ = database.connect();
};

TEST_F(LateMemberTest, sees_nothing_from_before_in_any_direction) {
  EXPECT_EQ(page({.limit = 10}), "567");
  EXPECT_EQ(page({.before_seq = 6, .limit = 1}), "5");
  EXPECT_EQ(page({.before_seq = 4, .limit = 10}), "");
  EXPECT_EQ(page({.after_seq = 0, .limit = 10}), "567");
  EXPECT_EQ(page({.around_seq = 2, .limit = 3}), "56+");
}

TEST_F(LateMemberTest, sees_all_where_the_conversation_says_so) {
  show_all();
  EXPECT_EQ(page({.limit = 10}), "1234567");
  EXPECT_EQ(page({.after_seq = 0, .limit = 2}), "12+");
}

TEST_F(LateMemberTest, cannot_have_an_earlier_message_quoted) {
  const auto earlier = history("ann", {.conversation_id = {"c"}})->messages.at(0);
  EXPECT_EQ(send("bob", {.conversation_id = {"c"}, .content = "a", .reply_to_id = earlier.id}).error(),
            not_found("message"));
}

TEST_F(LateMemberTest, does_not_learn_that_an_earlier_message_exists) {
  const auto earlier = history("ann", {.conversation_id = {"c"}})->messages.at(0);
  EXPECT_EQ(read("bob", {.message_id = earlier.id}).error(), not_found("message"));
}

TEST_F(LateMemberTest, has_no_last_message_and_nothing_unread_from_before) {
  connection_->execute("UPDATE members SET joined_seq = 7, read_seq = 0");
  EXPECT_EQ(open("bob", "c")->last_message, std::nullopt);
  EXPECT_EQ(open("bob", "c")->unread_count, 0);
  EXPECT_TRUE(list("bob", {.unread_only = true})->conversations.empty());
  show_all();
  EXPECT_EQ(open("bob", "c")->last_message->content, "7");
  EXPECT_EQ(open("bob", "c")->unread_count, 7);
  EXPECT_EQ(list("bob", {.unread_only = true})->conversations.size(), 1u);
}

// --- Reading (I8) ---

class ReadTest : public MessageServiceTest {
 protected:
  ReadTest() {
    for (int i = 1; i <= 3; ++i) send("ann", "c", "from ann");
    send("bob", "c", "from bob");
  }
  ReadState read_up_to(std::int64_t seq) { return *read("bob", {.conversation_id = {"c"}, .seq = seq}); }
};

TEST_F(ReadTest, counts_what_others_wrote_above_it) {
  EXPECT_EQ(read_up_to(0).unread_count, 3);
  EXPECT_EQ(read_up_to(2).unread_count, 1);
  EXPECT_EQ(read_up_to(3).unread_count, 0);
}

TEST_F(ReadTest, never_goes_back_and_says_so_to_nobody) {
  EXPECT_EQ(read_up_to(2).read_seq, 2);
  EXPECT_EQ(read_up_to(1).read_seq, 2);
  EXPECT_EQ(read_up_to(2).unread_count, 1);
  EXPECT_EQ(was_read.size(), 1u);
  restart();
  EXPECT_EQ(read_up_to(1).read_seq, 2);
}

TEST_F(ReadTest, ends_at_the_last_message) {
  EXPECT_EQ(read_up_to(1'000'000).read_seq, 4);
  send("ann", "c", "later");
  EXPECT_EQ(read_up_to(0).unread_count, 1);
}

TEST_F(ReadTest, may_name_the_message) {
  const auto second = history("bob", {.conversation_id = {"c"}})->messages.at(1);
  const auto state = read("bob", {.message_id = second.id});
  ASSERT_TRUE(state);
  EXPECT_EQ(state->read_seq, 2);
  EXPECT_EQ(state->conversation_id, ConversationId{"c"});
}

TEST_F(ReadTest, a_message_of_another_conversation_does_not_count) {
  make_group("other", {"ann", "bob"});
  const auto elsewhere = send("ann", "other", "x")->message;
  EXPECT_EQ(read("bob", {.conversation_id = {"c"}, .message_id = elsewhere.id}).error(), not_found("message"));
}

TEST_F(ReadTest, is_told_to_the_members) {
  read_up_to(2);
  ASSERT_EQ(was_read.size(), 1u);
  EXPECT_EQ(was_read[0].metadata.user_id, UserId{"bob"});
  EXPECT_EQ(was_read[0].metadata.origin, "socket-of-bob");
  EXPECT_EQ(was_read[0].conversation_id, ConversationId{"c"});
  EXPECT_EQ(was_read[0].read_seq, 2);
  EXPECT_EQ(was_read[0].unread_count, 1);
  EXPECT_EQ(was_read[0].cursor, store->end_of_log());
  EXPECT_THAT(*was_read[0].members, ElementsAre(UserId{"ann"}, UserId{"bob"}));
}

} // namespace
} // namespace mentara::services
