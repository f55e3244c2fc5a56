#pragma once

#include <cstdint>
#include <future>
#include <optional>
#include <utility>

#include "mentara/domain/callbacks.h"
#include "wire/base/log_scope.h"

namespace mentara::storage {

class Snapshot;
class Transaction;

// A piece of work on its way through a database thread: rules that decide and write, and the answer to whoever asked.
template <class Context>
class Unit {
 public:
  virtual ~Unit() = default;
  virtual bool run(Context& context) = 0; // on the database thread, maybe again after a rollback; false: refused
  virtual void fail(Failure failure) = 0; // replaces what run() found
  virtual void done() = 0;                // on the home loop, once
  // The socket that asked, which has its answer and is not told of it; none: somebody else (see LogRow::origin).
  virtual std::optional<std::int64_t> origin() const { return std::nullopt; }

  // On whose behalf it was handed in: lines that are logged for it say so, on whatever thread.
  const std::uint64_t connection = wire::LogScope::connection();
};
using WriteUnit = Unit<Transaction>;
using ReadUnit = Unit<Snapshot>;

template <class T, class Context, class Rules>
class RulesUnit final : public Unit<Context> {
 public:
  RulesUnit(Rules rules, Done<T> done, std::optional<std::int64_t> origin = std::nullopt)
      : rules_(std::move(rules)), done_(std::move(done)), origin_(origin) {}

  bool run(Context& context) override {
    result_.emplace(rules_(context));
    return result_->has_value();
  }
  void fail(Failure failure) override { result_.emplace(std::move(failure)); }
  void done() override { done_(std::move(*result_)); }
  std::optional<std::int64_t> origin() const override { return origin_; }

 private:
  const Rules rules_; // const, so that a second run finds what the first one found
  Done<T> done_;
  const std::optional<std::int64_t> origin_;
  std::optional<wire::Result<T, Failure>> result_;
};

// One that is waited for on the thread that handed it in.
template <class T, class Context, class Rules>
class AwaitedUnit final : public Unit<Context> {
 public:
  using Result = wire::Result<T, Failure>;
  explicit AwaitedUnit(Rules rules) : rules_(std::move(rules)) {}

  std::future<Result> answer() { return promise_.get_future(); }

  bool run(Context& context) override {
    answer(rules_(context));
    return true;
  }
  void fail(Failure failure) override { answer(std::move(failure)); }
  void done() override {}

 private:
  void answer(Result result) {
    if (!std::exchange(answered_, true)) promise_.set_value(std::move(result));
  }

  const Rules rules_;
  std::promise<Result> promise_;
  bool answered_ = false;
};

} // namespace mentara::storage
