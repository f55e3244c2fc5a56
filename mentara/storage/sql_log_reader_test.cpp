#include "mentara/storage/sql_log_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "mentara/storage/participants.h"
#include "mentara/storage/sql_transaction.h"
#include "mentara/storage/test_database.h"

namespace mentara::storage {
namespace {

// Whoever has more conversations than a page looks at rows is looked for in another way, which must find the same.
TEST(SqlLogReaderTest, a_page_has_the_same_rows_whether_they_are_sought_or_walked_to) {
  TestDatabase place;
  const auto database = place.connect_migrated();
  SqlTransaction transaction(*database, system_wall_clock());
  std::mt19937_64 random(7);
  const auto any = [&](std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random); };

  constexpr std::size_t conversations = 60;
  const auto name = [](std::size_t i) { return ConversationId{"c" + std::to_string(i)}; };
  const UserId ann{"ann"}, bob{"bob"}, zed{"zed"};
  transaction.begin();
  for (std::size_t i = 0; i < conversations; ++i) {
    Conversation conversation{.id = name(i),
                              .type = ConversationType::GROUP,
                              .history_visibility = i % 2 == 0 ? HistoryVisibility::ALL : HistoryVisibility::SINCE_JOIN,
                              .created_by = zed};
    conversation.members = {{{zed}}};
    if (i % 3 == 0) conversation.members.push_back({{ann}});
    transaction.insert_conversation(conversation);
  }
  for (std::size_t i = 0; i < 3000; ++i) {
    const ConversationId& conversation = name(any(conversations));
    const auto writer = *transaction.find_membership(conversation, zed);
    const UserId& other = any(8) == 0 ? bob : ann;
    const auto member = transaction.find_membership(conversation, other);
    const std::size_t what = any(10);
    if (what == 0 && member) {
      transaction.participant_changes().remove(writer, *member);
    } else if (what < 4 && !member) {
      Member joining{.user = {other}};
      transaction.participant_changes().add(writer, joining);
    } else {
      Message message{
          .id = {"m" + std::to_string(i)}, .conversation_id = conversation, .sender = {zed}, .content = "x"};
      transaction.insert_message(writer, message);
    }
  }
  transaction.commit(false);

  SqlSnapshot snapshot(*database);
  const auto positions = [&](const UserId& user, std::size_t rows) {
    std::vector<Position> found;
    LogPage page;
    do {
      page = snapshot.log().page({user, {"phone"}, Channel::MESSAGING}, page.end, rows, 1 << 20);
      for (const LogRow& row : page.rows) found.push_back(row.position);
    } while (!page.last);
    return found;
  };
  for (const UserId& user : {ann, bob, zed}) {
    const auto sought = positions(user, 10'000), walked = positions(user, 10);
    EXPECT_EQ(walked, sought) << user.value;
    EXPECT_GT(sought.size(), 100u) << user.value;
    EXPECT_TRUE(user == zed || sought.size() < positions(zed, 10'000).size()) << user.value << " was told everything";
  }
}

} // namespace
} // namespace mentara::storage
