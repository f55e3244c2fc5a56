#include "mentara/storage/postgres_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "mentara/storage/calls.h"
#include "mentara/storage/sql_sessions.h"
#include "mentara/storage/test_database.h"
#include "wire/base/time.h"

namespace mentara::storage {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using wire::Result;

// Several nodes over one database, in the thread of the test.
class PostgresStoreTest : public testing::Test {
 protected:
  struct Node {
    explicit Node(const TestDatabase& database) : database_(database) { open(); }
    void open() {
      store.reset();
      store = std::make_unique<PostgresStore>(
          PostgresOptions{.url = database_.url(), .on_growth = [this](Position end) { told = end; }}, loop.post());
    }
    const TestDatabase& database_;
    TestLoop loop;
    Position told = 0;
    std::unique_ptr<PostgresStore> store;
  };

  static Result<Position, Failure> make(Transaction& transaction, const std::string& id) {
    Conversation conversation{.id = {id}, .type = ConversationType::GROUP, .created_by = {"ann"}};
    conversation.members = {{{{"ann"}}}};
    return transaction.insert_conversation(conversation);
  }
  static Result<Position, Failure> write(Node& node, const std::string& id) {
    return node.loop.ask<Position>([&](auto done) {
      node.store->write<Position>([id](Transaction& transaction) { return make(transaction, id); }, std::move(done));
    });
  }
  std::int64_t ask(std::string_view question) {
    const auto other = database_.connect();
    sql::Statement statement(*other, question);
    sql::Rows row = statement.query();
    EXPECT_TRUE(row.next());
    return row.integer(0);
  }

  TestDatabase database_{sql::Dialect::postgres};
};

TEST_F(PostgresStoreTest, I2_positions_of_several_nodes_are_dense_and_rise_in_commit_order) {
  Node one(database_), other(database_);
  std::vector<Position> positions;
  for (int i = 0; i < 100; ++i) {
    for (Node* node : {&one, &other}) {
      node->store->write<Position>(
          [i, node, &one](Transaction& transaction) {
            return make(transaction, (node == &one ? "a" : "b") + std::to_string(i));
          },
          [&](Result<Position, Failure> made) { positions.push_back(*made); });
    }
  }
  while (positions.size() < 200) {
    one.loop.run_posted();
    other.loop.run_posted();
    std::this_thread::yield();
  }
  EXPECT_EQ(std::set<Position>(positions.begin(), positions.end()).size(), 200u);
  EXPECT_EQ(ask("SELECT count(*) FROM log"), 200);
  EXPECT_EQ(ask("SELECT max(position) FROM log"), 200);
  EXPECT_EQ(ask("SELECT last_position FROM log_state"), 200);
}

TEST_F(PostgresStoreTest, a_node_hears_of_what_another_one_writes_and_not_of_its_own) {
  Node one(database_), other(database_);
  ASSERT_TRUE(write(one, "c"));
  other.loop.run_until([&] { return other.told == 1; });
  EXPECT_EQ(other.store->end_of_log().position, 1);
  ASSERT_TRUE(write(other, "d"));
  one.loop.run_until([&] { return one.told == 2; });
  EXPECT_EQ(other.told, 1);
}

TEST_F(PostgresStoreTest, what_others_are_told_by_the_writer_is_not_announced_too_and_yet_found) {
  Node one(database_), other(database_);
  postgres::Database listener({.url = database_.url()});
  listener.execute("LISTEN mentara_log");
  one.store->others_are_told(true);
  ASSERT_TRUE(write(one, "c"));
  other.loop.run_until([&] { return other.told == 1; }); // it asks now and then
  one.store->others_are_told(false);
  ASSERT_TRUE(write(one, "d"));
  EXPECT_THAT(listener.announced(std::chrono::seconds(20)), testing::ElementsAre("2"));
}

TEST_F(PostgresStoreTest, F8_one_node_keeps_the_calls_until_it_is_gone_or_has_been_silent_for_too_long) {
  using Changed = Result<bool, Failure>;
  const auto change = [](Node& node, auto how) {
    return *node.loop.ask<bool>([&](auto done) {
      node.store->write<bool>([how](Transaction& transaction) -> Changed { return how(transaction.call_changes()); },
                              std::move(done));
    });
  };
  const auto keep = [&](Node& node, const std::string& name, std::chrono::milliseconds lease = std::chrono::hours(1)) {
    return change(node, [=](CallChanges& calls) { return calls.keep(name, lease).has_value(); });
  };
  const auto is_keeper = [&](Node& node) { return change(node, [](CallChanges& calls) { return calls.is_keeper(); }); };
  const auto keeper = [](Node& node) {
    return *node.loop.ask<std::optional<CallKeeper>>([&](auto done) {
      node.store->read<std::optional<CallKeeper>>(
          [](Snapshot& snapshot) -> Result<std::optional<CallKeeper>, Failure> { return snapshot.calls().keeper(); },
          std::move(done));
    });
  };
  Node one(database_), other(database_);
  EXPECT_FALSE(keeper(one));
  EXPECT_TRUE(keep(one, "one"));
  EXPECT_TRUE(keep(one, "one"));
  EXPECT_FALSE(keep(other, "other"));
  EXPECT_TRUE(is_keeper(one));
  EXPECT_FALSE(is_keeper(other));
  EXPECT_EQ(keeper(other)->node, "one");
  EXPECT_TRUE(keeper(other)->connected);
  ASSERT_TRUE(change(one, [](CallChanges& calls) {
    calls.insert({.id = {"c1"}, .from_user_id = {"ada"}, .to_user_id = {"bob"}});
    calls.set_seats({"c1"}, {.caller_device = {"phone"}, .caller_socket = "s1", .offer = "{}"});
    return calls.insert({.id = {"alone"}, .from_user_id = {"eve"}, .to_user_id = {"joe"}}); // by no keeper
  }));

  database_.connect()->execute("UPDATE call_keeper SET seen_at = seen_at - 10000");
  EXPECT_GE(keeper(other)->silent_for, std::chrono::seconds(10));
  EXPECT_TRUE(keep(other, "other", std::chrono::seconds(5))) << "it is frozen";
  EXPECT_FALSE(is_keeper(one)) << "and has nothing to store when it wakes up";
  EXPECT_FALSE(keep(one, "one"));
  const auto take_over = [](Node& node) {
    return *node.loop.ask<std::vector<UnendedCall>>([&](auto done) {
      node.store->write<std::vector<UnendedCall>>(
          [](Transaction& transaction) -> Result<std::vector<UnendedCall>, Failure> {
            return transaction.call_changes().take_over();
          },
          std::move(done));
    });
  };
  auto taken = take_over(other);
  ASSERT_EQ(taken.size(), 1u) << "what a node that lives holds by itself is its own";
  EXPECT_EQ(taken[0].call.id, CallId{"c1"});
  EXPECT_EQ(taken[0].seats, (CallSeats{.caller_device = {"phone"}, .caller_socket = "s1", .offer = "{}"}));

  change(other, [](CallChanges& calls) { return calls.resign(), true; });
  EXPECT_FALSE(keeper(one));
  EXPECT_TRUE(keep(other, "other"));
  other.store.reset(); // it is gone
  one.loop.run_posted();
  for (const auto end = wire::Clock::now() + std::chrono::seconds(20); keeper(one)->connected;) {
    ASSERT_LT(wire::Clock::now(), end);
  }
  EXPECT_TRUE(keep(one, "one"));
  taken = take_over(one);
  EXPECT_EQ(taken.size(), 2u);
}

TEST_F(PostgresStoreTest, a_node_sees_whom_another_one_has_made_a_member) {
  Node one(database_), other(database_);
  ASSERT_TRUE(write(one, "c"));
  const auto members = [](Node& node) {
    return (*node.loop.ask<MemberIds>([&](auto done) {
             node.store->write<MemberIds>(
                 [](Transaction& transaction) -> Result<MemberIds, Failure> {
                   return transaction.member_ids(*transaction.find_conversation({"c"}));
                 },
                 std::move(done));
           }))
        ->size();
  };
  EXPECT_EQ(members(other), 1u);
  ASSERT_TRUE(one.loop.ask<Position>([&](auto done) {
    one.store->write<Position>(
        [](Transaction& transaction) -> Result<Position, Failure> {
          Member bob{{{"bob"}}};
          return transaction.participant_changes().add(*transaction.find_membership(ConversationId{"c"}, {"ann"}), bob);
        },
        std::move(done));
  }));
  EXPECT_EQ(members(other), 2u);
}

TEST_F(PostgresStoreTest, F7_nobody_notices_that_backends_are_ended) {
  Node node(database_);
  for (int i = 0; i < 10; ++i) {
    ask("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name LIKE 'mentara writer%'");
    EXPECT_TRUE(write(node, std::to_string(i)));
  }
  EXPECT_EQ(ask("SELECT count(*) FROM conversations"), 10);
}

TEST_F(PostgresStoreTest, says_what_is_wrong_with_an_address) {
  TestLoop loop;
  const auto refusal = [&](const std::string& url) -> std::string {
    try {
      PostgresStore store({.url = url}, loop.post());
    } catch (const OpenError& error) {
      return error.what();
    }
    return "none";
  };
  const std::string nobody = refusal("postgres://ann:hidden@/nowhere?host=/nowhere&password=hidden");
  EXPECT_THAT(nobody, AllOf(HasSubstr("postgres://ann@/nowhere"), HasSubstr("database.url")));
  EXPECT_EQ(nobody.find("hidden"), nobody.npos);
}

// What the answer to a commit would have said when it did not come.
class LostCommitTest : public testing::Test {
 protected:
  // The session's database, whose connection ends behind a statement that begins with these words, or before it.
  class Cut final : public sql::Database {
   public:
    Cut(std::unique_ptr<postgres::Database> under, const TestDatabase& place)
        : sql::Database(sql::Dialect::postgres), under_(std::move(under)), place_(place) {}
    std::unique_ptr<sql::Prepared> prepare(std::string_view sql) override;
    void execute(const std::string& sql) override { under_->execute(sql); }
    std::int64_t changes_total() const override { return under_->changes_total(); }
    bool in_transaction() const override { return under_->in_transaction(); }
    void ready() override { under_->ready(); }
    bool shared() const override { return true; }
    std::string this_process() const override { return under_->this_process(); }
    std::string lives(std::string_view holder) const override { return under_->lives(holder); }
    std::string now_ms() const override { return under_->now_ms(); }

    enum class When { never, before, behind } commit_is_cut = When::never;
    std::unique_ptr<postgres::Database> under_;
    const TestDatabase& place_;
  };

  TestDatabase place_{sql::Dialect::postgres};
};

class CutCommit final : public sql::Prepared {
 public:
  CutCommit(std::unique_ptr<sql::Prepared> under, wire::UniqueFunction<bool(sql::Prepared&)> next)
      : under_(std::move(under)), next_(std::move(next)) {}
  void bind_integer(int index, std::int64_t value) override { under_->bind_integer(index, value); }
  void bind_text(int index, std::string_view value) override { under_->bind_text(index, value); }
  void bind_null(int index) override { under_->bind_null(index); }
  bool next() override { return next_(*under_); }
  void run() override { under_->run(); }
  bool null(int column) const override { return under_->null(column); }
  std::int64_t integer(int column) const override { return under_->integer(column); }
  std::string_view text_view(int column) const override { return under_->text_view(column); }
  void reset() override { under_->reset(); }

 private:
  std::unique_ptr<sql::Prepared> under_;
  wire::UniqueFunction<bool(sql::Prepared&)> next_;
};

std::unique_ptr<sql::Prepared> LostCommitTest::Cut::prepare(std::string_view sql) {
  auto prepared = under_->prepare(sql);
  if (sql != "COMMIT") return prepared;
  return std::make_unique<CutCommit>(std::move(prepared), [this](sql::Prepared& commit) {
    const When when = std::exchange(commit_is_cut, When::never);
    if (when == When::never) return commit.next();
    if (when == When::behind) commit.next();
    const auto other = place_.connect();
    other->execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'");
    sql::Statement anything(*under_, "SELECT 1");
    for (;;) anything.query().next(); // until the connection is found to be lost
    return false;
  });
}

TEST_F(LostCommitTest, F7_a_lost_commit_is_asked_about_and_done_again_only_when_it_did_not_take_effect) {
  EndOfLog end_of_log;
  auto owned = std::make_unique<Cut>(
      std::make_unique<postgres::Database>(postgres::Options{.url = place_.url(), .name = "victim"}), place_);
  place_.connect_migrated();
  Cut& cut = *owned;
  SqlWriteSession session(std::move(owned), end_of_log);
  GroupCommit commit(session);
  int runs = 0;
  const auto write = [&](const std::string& id) {
    std::string answer;
    const auto rules = [&runs, id](Transaction& transaction) -> Result<Position, Failure> {
      ++runs;
      Conversation conversation{.id = {id}, .type = ConversationType::GROUP, .created_by = {"ann"}};
      conversation.members = {{{{"ann"}}}};
      return transaction.insert_conversation(conversation);
    };
    std::vector<std::unique_ptr<WriteUnit>> group;
    group.push_back(std::make_unique<RulesUnit<Position, Transaction, decltype(rules)>>(
        rules, [&](Result<Position, Failure> made) { answer = made ? std::to_string(*made) : "failed"; }));
    commit.run(group);
    group.front()->done();
    return answer;
  };
  EXPECT_EQ(write("a"), "1");
  EXPECT_EQ(runs, 1);

  cut.commit_is_cut = Cut::When::behind;
  EXPECT_EQ(write("b"), "2");
  EXPECT_EQ(runs, 2) << "it had taken effect";
  EXPECT_EQ(end_of_log.position, 2);

  cut.commit_is_cut = Cut::When::before;
  EXPECT_EQ(write("c"), "3");
  EXPECT_EQ(runs, 4) << "it had not, and was done again";

  const auto database = place_.connect();
  sql::Statement count(*database, "SELECT count(*) FROM log");
  sql::Rows row = count.query();
  ASSERT_TRUE(row.next());
  EXPECT_EQ(row.integer(0), 3);
}

} // namespace
} // namespace mentara::storage
