#include "mentara/storage/worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <stdexcept>
#include <string>

#include "mentara/storage/test_support.h"

namespace mentara::storage {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

// Where a unit of work stands still until the test lets it go on.
class Gate {
 public:
  void wait() {
    reached_.set_value();
    open_.get_future().wait();
  }
  void wait_until_reached() { reached_.get_future().wait(); }
  void open() { open_.set_value(); }

 private:
  std::promise<void> reached_, open_;
};

struct ScriptedUnit final : WriteUnit, ReadUnit {
  ScriptedUnit(std::string its_name, std::vector<std::string>& all_answers, wire::UniqueFunction<void()> to_do)
      : name(std::move(its_name)), answers(all_answers), work(std::move(to_do)) {}

  bool run(Transaction&) override { return run(); }
  bool run(Snapshot&) override { return run(); }
  bool run() {
    work();
    answer = "done";
    return true;
  }
  void fail(Failure failure) override { answer = std::string(to_string(failure.code)); }
  void done() override { answers.push_back(name + ": " + answer); }

  std::string name;
  std::vector<std::string>& answers;
  wire::UniqueFunction<void()> work;
  std::string answer;
};

// A session of either kind that only runs its units, and counts those of each transaction.
class Session final : public WriteSession, public ReadSession {
 public:
  explicit Session(std::vector<std::size_t>& groups) : groups_(groups) {}
  bool begin() override { return groups_.push_back(0), true; }
  Ran run(WriteUnit& unit) override {
    ++groups_.back();
    static_cast<ScriptedUnit&>(unit).run();
    return Ran::kept;
  }
  Committed commit() override { return Committed::yes; }
  void rollback() override {}
  void run(ReadUnit& unit) override { static_cast<ScriptedUnit&>(unit).run(); }

 private:
  std::vector<std::size_t>& groups_;
};

class WorkerTest : public testing::Test {
 protected:
  template <class Base = WriteUnit>
  std::unique_ptr<Base> unit(
      std::string name, wire::UniqueFunction<void()> work = [] {}) {
    return std::make_unique<ScriptedUnit>(std::move(name), answers_, std::move(work));
  }
  template <class Base = WriteUnit>
  std::unique_ptr<Base> unit_at_gate(std::string name) {
    return unit<Base>(std::move(name), [this] { gate_.wait(); });
  }
  void start_writer(std::size_t queue_max, std::size_t group_max = 100) {
    writer_.emplace(std::make_unique<Session>(groups_), post_, queue_max, group_max);
  }

  TestLoop loop_;
  Post post_ = loop_.post();
  Gate gate_;
  std::vector<std::size_t> groups_;
  std::vector<std::string> answers_;
  std::optional<WriteWorker> writer_;
};

TEST_F(WorkerTest, what_waits_while_it_writes_is_the_next_group) {
  start_writer(100, 3);
  writer_->submit(unit_at_gate("first"));
  gate_.wait_until_reached();
  for (const char* name : {"a", "b", "c", "d"}) writer_->submit(unit(name));
  gate_.open();
  loop_.run_until([&] { return answers_.size() == 5; });
  EXPECT_THAT(answers_, ElementsAre("first: done", "a: done", "b: done", "c: done", "d: done"));
  writer_.reset();
  EXPECT_THAT(groups_, ElementsAre(1u, 3u, 1u));
}

TEST_F(WorkerTest, what_nobody_waits_for_lets_the_others_go_first_and_still_comes_to_its_turn) {
  start_writer(100);
  writer_->submit(unit_at_gate("first"));
  gate_.wait_until_reached();
  for (const char* name : {"proof 1", "proof 2", "proof 3", "proof 4"}) writer_->submit(unit(name), Turn::beside);
  writer_->submit(unit("a"));
  gate_.open();
  loop_.run_until([&] { return answers_.size() == 6; });
  EXPECT_THAT(answers_, ElementsAre("first: done", "a: done", "proof 1: done", "proof 2: done", "proof 3: done",
                                    "proof 4: done"));
  writer_.reset();
  static_assert(limits::group_commit_beside == 2);
  EXPECT_THAT(groups_, ElementsAre(1u, 3u, 2u)) << "a few beside the one, and the rest when nothing else waits";
}

TEST_F(WorkerTest, under_load_as_much_is_done_of_what_nobody_waits_for_as_of_the_rest) {
  start_writer(100, 3);
  writer_->submit(unit_at_gate("first"));
  gate_.wait_until_reached();
  for (const char* name : {"proof 1", "proof 2", "proof 3", "proof 4"}) writer_->submit(unit(name), Turn::beside);
  for (const char* name : {"a", "b", "c", "d"}) writer_->submit(unit(name));
  gate_.open();
  loop_.run_until([&] { return answers_.size() == 9; });
  EXPECT_THAT(answers_, ElementsAre("first: done", "a: done", "b: done", "c: done", "proof 1: done", "proof 2: done",
                                    "proof 3: done", "d: done", "proof 4: done"));
}

TEST_F(WorkerTest, a_full_queue_answers_unavailable_at_once_but_not_within_the_call) {
  start_writer(2);
  writer_->submit(unit_at_gate("first"));
  gate_.wait_until_reached();
  for (const char* name : {"a", "b", "too many"}) writer_->submit(unit(name));
  EXPECT_THAT(answers_, ElementsAre());
  loop_.run_posted();
  EXPECT_THAT(answers_, ElementsAre("too many: unavailable"));
  gate_.open();
  loop_.run_until([&] { return answers_.size() == 4; });
  EXPECT_THAT(answers_, ElementsAre("too many: unavailable", "first: done", "a: done", "b: done"));
}

TEST_F(WorkerTest, at_its_end_it_does_what_waits) {
  start_writer(100);
  writer_->submit(unit_at_gate("first"));
  gate_.wait_until_reached();
  writer_->submit(unit("a"));
  gate_.open();
  writer_.reset();
  loop_.run_posted();
  EXPECT_THAT(answers_, ElementsAre("first: done", "a: done"));
}

class AcceptingSession final : public WriteSession {
 public:
  explicit AcceptingSession(wire::UniqueFunction<void(WriteUnit&)> on_run = [](WriteUnit&) {})
      : on_run_(std::move(on_run)) {}
  bool begin() override { return true; }
  Ran run(WriteUnit& unit) override {
    on_run_(unit);
    return Ran::kept;
  }
  Committed commit() override { return Committed::yes; }
  void rollback() override {}

 private:
  wire::UniqueFunction<void(WriteUnit&)> on_run_;
};

TEST_F(WorkerTest, counts_what_waits_and_how_large_its_groups_were) {
  start_writer(100, 3);
  writer_->submit(unit_at_gate("first"));
  gate_.wait_until_reached();
  for (const char* name : {"a", "b", "c", "d"}) writer_->submit(unit(name));
  EXPECT_EQ(writer_->queued(), 4u);
  gate_.open();
  loop_.run_until([&] { return answers_.size() == 5; });
  EXPECT_EQ(writer_->queued(), 0u);
  const GroupSizes groups = writer_->groups();
  EXPECT_EQ(groups.writes, 5u);
  EXPECT_EQ(groups.counts[0], 2u) << "of one";
  EXPECT_EQ(groups.counts[1], 0u) << "of two";
  EXPECT_EQ(groups.counts[2], 1u) << "of three or four";
}

TEST_F(WorkerTest, on_its_thread_and_at_home_it_is_known_for_which_connection_a_unit_was_handed_in) {
  struct Asking final : WriteUnit {
    explicit Asking(std::uint64_t& where_done) : done_for(where_done) {}
    bool run(Transaction&) override { return true; }
    void fail(Failure) override {}
    void done() override { done_for = wire::LogScope::connection(); }
    std::uint64_t& done_for;
  };
  std::uint64_t on_thread = 0, at_home = 0;
  writer_.emplace(std::make_unique<AcceptingSession>([&](WriteUnit&) { on_thread = wire::LogScope::connection(); }),
                  post_);
  {
    const wire::LogScope scope(42);
    writer_->submit(std::make_unique<Asking>(at_home));
  }
  loop_.run_until([&] { return at_home != 0; });
  EXPECT_EQ(on_thread, 42u);
  EXPECT_EQ(at_home, 42u);
  EXPECT_EQ(wire::LogScope::connection(), 0u);
}

class ThrowingUnit final : public WriteUnit {
 public:
  bool run(Transaction&) override { return true; }
  void fail(Failure) override {}
  void done() override { throw std::runtime_error("the asker is gone"); }
};

TEST_F(WorkerTest, an_asker_that_throws_does_not_keep_the_others_from_their_answers) {
  writer_.emplace(std::make_unique<AcceptingSession>(), post_);
  writer_->submit(std::make_unique<ThrowingUnit>());
  writer_->submit(unit("a"));
  loop_.run_until([&] { return answers_.size() == 1; });
  EXPECT_THAT(answers_, ElementsAre("a: "));
}

class ReadWorkerTest : public WorkerTest {
 protected:
  void start_readers(std::size_t count, std::size_t queue_max) {
    std::vector<std::unique_ptr<ReadSession>> sessions;
    for (std::size_t i = 0; i < count; ++i) sessions.push_back(std::make_unique<Session>(groups_));
    readers_.emplace(std::move(sessions), post_, queue_max);
  }
  std::optional<ReadWorker> readers_;
};

TEST_F(ReadWorkerTest, one_slow_question_does_not_hold_up_the_other_reader) {
  start_readers(2, 100);
  readers_->submit(unit_at_gate<ReadUnit>("slow"));
  gate_.wait_until_reached();
  readers_->submit(unit<ReadUnit>("a"));
  loop_.run_until([&] { return answers_.size() == 1; });
  EXPECT_THAT(answers_, ElementsAre("a: done"));
  gate_.open();
  loop_.run_until([&] { return answers_.size() == 2; });
}

TEST_F(ReadWorkerTest, a_full_queue_answers_unavailable) {
  start_readers(1, 1);
  readers_->submit(unit_at_gate<ReadUnit>("slow"));
  gate_.wait_until_reached();
  readers_->submit(unit<ReadUnit>("a"));
  readers_->submit(unit<ReadUnit>("too many"));
  loop_.run_posted();
  EXPECT_THAT(answers_, ElementsAre("too many: unavailable"));
  gate_.open();
  readers_.reset();
  loop_.run_posted();
  EXPECT_THAT(answers_, SizeIs(3));
}

} // namespace
} // namespace mentara::storage
