#include "mentara/storage/known_members.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "mentara/storage/participants.h"
#include "mentara/storage/personal_data.h"
#include "mentara/storage/sql_transaction.h"
#include "mentara/storage/test_database.h"

namespace mentara::storage {
namespace {

using testing::ElementsAre;

Membership member_of(ConversationKey conversation, const std::string& user) {
  Membership member;
  member.conversation_key = conversation;
  member.conversation_id = {"c" + std::to_string(static_cast<std::int64_t>(conversation))};
  member.user = {.id = {user}};
  return member;
}

TEST(KnownMembers, remembers_no_more_than_so_much) {
  KnownMembers known;
  for (std::size_t i = 0; i < KnownMembers::memberships_max; ++i)
    known.learn(member_of(ConversationKey{1}, std::to_string(i)));
  EXPECT_TRUE(known.find({"c1"}, {"0"}));
  known.learn(member_of(ConversationKey{2}, "one more"));
  EXPECT_FALSE(known.find({"c1"}, {"0"}));
  EXPECT_TRUE(known.find({"c2"}, {"one more"}));

  const auto many = std::make_shared<const std::vector<UserId>>(KnownMembers::ids_max - 1, UserId{"u"});
  const auto one = std::make_shared<const std::vector<UserId>>(1, UserId{"u"});
  known.learn_ids(ConversationKey{1}, many), known.learn_ids(ConversationKey{2}, one);
  EXPECT_TRUE(known.ids(ConversationKey{1}));
  known.learn_ids(ConversationKey{3}, one);
  EXPECT_FALSE(known.ids(ConversationKey{1}));
  EXPECT_TRUE(known.ids(ConversationKey{3}));
}

// What was false: who is a member is forgotten when somebody's name may have changed. On PostgreSQL, which does not say
// whether it has, each connection of a client made the next message of every conversation ask for its members again.
TEST(KnownMembers, whose_ids_are_in_a_conversation_does_not_depend_on_who_they_are) {
  KnownMembers known;
  known.learn(member_of(ConversationKey{1}, "ann"));
  known.learn_ids(ConversationKey{1}, std::make_shared<const std::vector<UserId>>(1, UserId{"ann"}));
  known.forget_memberships();
  EXPECT_FALSE(known.find({"c1"}, {"ann"}));
  EXPECT_TRUE(known.ids(ConversationKey{1}));
  known.forget_all();
  EXPECT_FALSE(known.ids(ConversationKey{1}));
}

TEST(KnownMembers, a_conversation_that_is_forgotten_makes_room) {
  KnownMembers known;
  for (std::size_t i = 0; i < 3 * KnownMembers::memberships_max; ++i) {
    known.learn(member_of(ConversationKey{1}, "kept"));
    known.learn(member_of(ConversationKey{2}, "ann"));
    known.forget(ConversationKey{2});
  }
  EXPECT_TRUE(known.find({"c1"}, {"kept"}));
  EXPECT_FALSE(known.find({"c2"}, {"ann"}));
}

std::string text_of(const std::optional<Membership>& member) {
  if (!member) return "none";
  const User& user = member->user;
  std::string text = user.id.value;
  for (const std::string& name :
       {user.name, user.first_name, user.last_name, user.avatar_url, user.role, member->conversation_id.value}) {
    text += "/" + name;
  }
  const Settings& settings = member->settings;
  for (const std::int64_t number :
       {static_cast<std::int64_t>(member->conversation_key), static_cast<std::int64_t>(member->user_key),
        static_cast<std::int64_t>(member->role), static_cast<std::int64_t>(member->history_visibility),
        member->joined_seq, member->read_seq, member->last_seq, member->activity,
        static_cast<std::int64_t>(member->conversation_type), member->joined_at.ms,
        static_cast<std::int64_t>(settings.muted), settings.muted_until ? settings.muted_until->ms : -1,
        static_cast<std::int64_t>(settings.archived), static_cast<std::int64_t>(settings.pinned)}) {
    text += " " + std::to_string(number);
  }
  return text;
}

// A few users and conversations, and everything that can happen to them, at random.
class KnownMembersOfTransactions : public testing::Test {
 protected:
  KnownMembersOfTransactions() {
    transaction_.begin();
    for (const std::string conversation : {"g", "h"}) add_conversation(conversation, ConversationType::GROUP);
    add_conversation("d", ConversationType::DIRECT);
    transaction_.commit(false);
    transaction_.begin();
  }

  void add_conversation(const std::string& id, ConversationType type) {
    Conversation conversation{.id = {id}, .type = type, .created_by = {"ann"}};
    conversation.members = {{{{"ann"}}, MemberRole::ADMIN}, {{{"bob"}}}};
    transaction_.insert_conversation(conversation);
  }
  std::size_t any(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_); }
  UserId user() { return {users_[any(users_.size())]}; }

  std::string happen() {
    const ConversationId conversation{conversations_[any(conversations_.size())]};
    const UserId one = user(), other = user();
    const auto member = transaction_.find_membership(conversation, one);
    const auto second = transaction_.find_membership(conversation, other);
    const auto number = static_cast<std::int64_t>(++happened_);
    switch (any(14)) {
      case 0:
        transaction_.learn_user({.id = one, .name = "name " + std::to_string(any(3))});
        return "learn";
      case 1:
      case 2:
      case 3:
        if (member) {
          Message message{.id = {"m" + std::to_string(number)},
                          .conversation_id = conversation,
                          .sender = {one},
                          .content = "text"};
          transaction_.insert_message(*member, message);
        }
        return "message";
      case 4:
        if (member && member->read_seq < member->last_seq)
          transaction_.advance_read(*member, member->read_seq + 1, {1});
        return "read";
      case 5:
        if (member && !second) {
          Member added{.user = {other}, .joined_at = {number}};
          transaction_.participant_changes().add(*member, added);
        }
        return "add";
      case 6:
        if (member && second && other.value != "ann") transaction_.participant_changes().remove(*member, *second);
        return "remove";
      case 7:
        if (member && second) {
          transaction_.participant_changes().set_role(*member, *second, static_cast<MemberRole>(any(3)));
        }
        return "role";
      case 8:
        if (member) transaction_.participant_changes().update(*member, "title", std::nullopt, {number});
        return "update";
      case 9:
        if (member) {
          transaction_.participant_changes().set_settings(
              *member,
              {.muted = any(2) == 0, .muted_until = UnixTime{number}, .archived = any(2) == 0, .pinned = any(2) == 0});
        }
        return "settings";
      case 10:
        if (one != other) transaction_.block_changes().add(one, other, "", {1});
        return "block";
      case 11:
        transaction_.block_changes().remove(one, other);
        return "unblock";
      case 12:
        if (member && any(4) == 0) transaction_.personal_data_changes().forget_profile(member->user_key);
        return "forget";
      default:
        if (any(2) == 0) {
          transaction_.rollback();
        } else {
          transaction_.commit(false);
        }
        transaction_.begin();
        return "end";
    }
  }

  const std::vector<std::string> users_{"ann", "bob", "cid"}, conversations_{"g", "h", "d"};
  TestDatabase place_{sql::Dialect::sqlite};
  std::unique_ptr<sql::Database> database_ = place_.connect_migrated();
  SqlTransaction transaction_{*database_, system_wall_clock()};
  std::mt19937_64 random_{20'26};
  std::size_t happened_ = 0;
};

TEST_F(KnownMembersOfTransactions, what_is_remembered_is_what_is_stored_whatever_happens) {
  std::size_t there = 0, blocked = 0;
  for (int i = 0; i < 5000; ++i) {
    const std::string what = happen();
    for (const std::string& conversation : conversations_) {
      for (const std::string& user : users_) {
        const auto stored = transaction_.SqlSnapshot::find_membership(ConversationId{conversation}, {user});
        ASSERT_EQ(text_of(transaction_.find_membership(ConversationId{conversation}, {user})), text_of(stored))
            << "after " << i << " " << what;
        if (!stored) continue;
        ++there;
        const auto blocks = transaction_.SqlSnapshot::blocks().among_members(*stored);
        ASSERT_EQ(transaction_.blocks().among_members(*stored), blocks) << "after " << i << " " << what;
        blocked += blocks.empty() ? 0 : 1;
      }
      const auto key = transaction_.find_conversation({conversation});
      ASSERT_EQ(*transaction_.member_ids(*key), *transaction_.SqlSnapshot::member_ids(*key)) << i << " " << what;
    }
  }
  EXPECT_GT(there, 10'000u);
  EXPECT_GT(blocked, 1000u);
}

} // namespace
} // namespace mentara::storage
