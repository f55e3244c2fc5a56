#include "mentara/storage/group_commit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mentara/storage/failures.h"

namespace mentara::storage {
namespace {

using testing::ElementsAre;

// Keeps the names of the units that it ran, as a database keeps rows.
class ScriptedSession final : public WriteSession {
 public:
  bool begin() override {
    calls.push_back("begin");
    return begins;
  }
  Ran run(WriteUnit& unit) override;
  Committed commit() override {
    calls.push_back("commit");
    if (lost_commits > 0) return --lost_commits, written.clear(), Committed::lost;
    if (commits == Committed::yes) kept.insert(kept.end(), written.begin(), written.end());
    written.clear();
    return commits;
  }
  void rollback() override {
    calls.push_back("rollback");
    written.clear();
  }

  bool begins = true;
  Committed commits = Committed::yes;
  int lost_commits = 0; // the next ones
  std::vector<std::string> calls, written, kept;
};

class NamedUnit final : public WriteUnit {
 public:
  NamedUnit(std::string its_name, WriteSession::Ran outcome, std::vector<std::string>& answers)
      : name(std::move(its_name)), ran(outcome), answers_(answers) {}

  bool run(Transaction&) override { return true; }
  void fail(Failure failure) override { answer = failure.error; }
  void done() override { answers_.push_back(name + ": " + answer); }

  const std::string name;
  const WriteSession::Ran ran;
  std::string answer;

 private:
  std::vector<std::string>& answers_;
};

WriteSession::Ran ScriptedSession::run(WriteUnit& any) {
  auto& unit = static_cast<NamedUnit&>(any);
  calls.push_back(unit.name);
  written.push_back(unit.name);
  unit.answer = unit.ran == Ran::kept ? "ok" : "no";
  return unit.ran;
}

class GroupCommitTest : public testing::Test {
 protected:
  void add(std::string name, WriteSession::Ran ran = WriteSession::Ran::kept) {
    units_.push_back(std::make_unique<NamedUnit>(std::move(name), ran, answers_));
  }
  void run() {
    commit_.run(units_);
    for (const auto& unit : units_) unit->done();
    units_.clear();
  }
  const std::string failed_ = database_failed().error;

  ScriptedSession session_;
  GroupCommit commit_{session_};
  std::vector<std::unique_ptr<WriteUnit>> units_;
  std::vector<std::string> answers_;
};

TEST_F(GroupCommitTest, all_that_waits_is_one_transaction) {
  add("a"), add("b"), add("c");
  run();
  EXPECT_THAT(session_.calls, ElementsAre("begin", "a", "b", "c", "commit"));
  EXPECT_THAT(answers_, ElementsAre("a: ok", "b: ok", "c: ok"));
}

TEST_F(GroupCommitTest, one_that_spoils_it_is_undone_and_the_others_run_again_one_by_one) {
  add("a"), add("bad", WriteSession::Ran::spoiled), add("c");
  run();
  EXPECT_THAT(session_.calls, ElementsAre("begin", "a", "bad", "rollback",                                  //
                                          "begin", "a", "commit", "begin", "bad", "rollback", "begin", "c", //
                                          "commit"));
  EXPECT_THAT(session_.kept, ElementsAre("a", "c"));
  EXPECT_THAT(answers_, ElementsAre("a: ok", "bad: no", "c: ok"));
}

TEST_F(GroupCommitTest, one_that_is_alone_is_not_run_twice) {
  add("bad", WriteSession::Ran::spoiled);
  run();
  EXPECT_THAT(session_.calls, ElementsAre("begin", "bad", "rollback"));
}

TEST_F(GroupCommitTest, a_failed_commit_answers_unavailable_to_all_of_it_and_the_next_group_goes_on) {
  session_.commits = WriteSession::Committed::no;
  add("a"), add("b");
  run();
  EXPECT_THAT(session_.calls, ElementsAre("begin", "a", "b", "commit", "rollback"));
  EXPECT_THAT(answers_, ElementsAre("a: " + failed_, "b: " + failed_));
  EXPECT_TRUE(commit_.healthy());

  session_.commits = WriteSession::Committed::yes;
  add("c");
  run();
  EXPECT_THAT(session_.kept, ElementsAre("c"));
}

TEST_F(GroupCommitTest, after_a_commit_without_an_outcome_nothing_is_promised_any_more) {
  session_.commits = WriteSession::Committed::broken;
  add("a");
  run();
  session_.commits = WriteSession::Committed::yes;
  session_.calls.clear();
  add("b");
  run();
  EXPECT_THAT(session_.calls, ElementsAre());
  EXPECT_THAT(answers_, ElementsAre("a: " + failed_, "b: " + failed_));
  EXPECT_FALSE(commit_.healthy());
}

TEST_F(GroupCommitTest, a_transaction_that_is_lost_through_no_fault_of_its_own_is_run_again_whole) {
  session_.lost_commits = 2;
  add("a"), add("b");
  run();
  EXPECT_THAT(session_.kept, ElementsAre("a", "b"));
  EXPECT_THAT(answers_, ElementsAre("a: ok", "b: ok"));
}

TEST_F(GroupCommitTest, one_that_is_lost_again_and_again_is_given_up) {
  add("a", WriteSession::Ran::lost);
  run();
  EXPECT_THAT(session_.kept, ElementsAre());
  EXPECT_THAT(answers_, ElementsAre("a: " + failed_));
  EXPECT_LT(session_.calls.size(), 20u);
}

TEST_F(GroupCommitTest, what_a_commit_finds_wrong_in_one_unit_is_not_the_others_fault) {
  session_.commits = WriteSession::Committed::spoiled;
  add("a"), add("b");
  run();
  EXPECT_THAT(session_.calls, ElementsAre("begin", "a", "b", "commit", "rollback", //
                                          "begin", "a", "commit", "rollback",      //
                                          "begin", "b", "commit", "rollback"));
  EXPECT_THAT(answers_, ElementsAre("a: " + failed_, "b: " + failed_));
}

TEST_F(GroupCommitTest, a_transaction_that_cannot_begin_answers_unavailable) {
  session_.begins = false;
  add("a"), add("b");
  run();
  EXPECT_THAT(session_.calls, ElementsAre("begin"));
  EXPECT_THAT(answers_, ElementsAre("a: " + failed_, "b: " + failed_));
}

TEST(DatabaseFailures, say_when_to_try_again) {
  for (const Failure& failure : {database_busy(), database_failed()}) {
    EXPECT_EQ(failure.code, Code::unavailable);
    EXPECT_EQ(failure.retry_after_ms, 1000);
  }
}

} // namespace
} // namespace mentara::storage
