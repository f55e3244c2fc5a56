#pragma once

#include <memory>
#include <span>

#include "mentara/storage/unit.h"

namespace mentara::storage {

// What the worker needs of a connection that writes; used by one thread. Nothing here throws.
class WriteSession {
 public:
  // spoiled: the transaction has to be rolled back. lost: it has, but through no fault of the unit (the connection
  // ended, or another transaction was in the way): all of it may be run again.
  enum class Ran { kept, spoiled, lost };
  // Nothing is kept unless `yes`. spoiled: something that a unit wrote was refused only now. broken: nobody can say
  // what is on disk.
  enum class Committed { yes, no, spoiled, lost, broken };

  virtual ~WriteSession() = default;
  virtual bool begin() = 0;
  // Runs the unit and sees to its answer: also when the database or the rules throw. A unit that refuses without having
  // written spoils nothing.
  virtual Ran run(WriteUnit& unit) = 0;
  virtual Committed commit() = 0;
  virtual void rollback() = 0;
};

// Turns many units into one transaction. If one of them spoils it, all are run again, each in a transaction of its own
// (savepoints would cost every unit of every group what so rarely happens to one).
class GroupCommit {
 public:
  explicit GroupCommit(WriteSession& session) : session_(session) {}

  // Afterwards each unit has its answer and what was promised is on disk.
  void run(std::span<const std::unique_ptr<WriteUnit>> units);

  // False: a commit ended without an outcome, and from then on every unit is answered `unavailable`. After a failed
  // fsync the kernel may have dropped the pages, so a later success would promise what is not on disk.
  bool healthy() const { return healthy_; }

 private:
  using Units = std::span<const std::unique_ptr<WriteUnit>>;
  enum class Outcome { answered, spoiled, lost }; // spoiled by one of several: nothing is kept
  Outcome run_as_one(Units units);
  Outcome try_as_one(Units units);
  void fail(Units units);

  WriteSession& session_;
  bool healthy_ = true;
};

} // namespace mentara::storage
