#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "mentara/storage/sqlite.h"
#include "tests/simulation/scheduler.h"

namespace mentara::simulation {

// The database of the site: SQLite in memory, which all nodes share as they would a PostgreSQL server. It outlives
// them.
class SharedDatabase {
 public:
  SharedDatabase(); // with the schema

  storage::sqlite::Database& sqlite() { return sqlite_; }
  void connected(const std::string& process);
  void disconnected(const std::string& process);
  void set_clock(std::int64_t unix_ms);

 private:
  storage::sqlite::Database sqlite_;
  storage::sql::Statement connect_, disconnect_, set_clock_;
};

// A node's connection to it. Each transaction of it runs within one moment.
class Connection final : public storage::sql::Database {
 public:
  // What becomes of the next statement or commit.
  enum class Fault {
    none,
    conflict,    // another transaction was in the way
    lost_before, // the connection ends and the commit never arrived
    lost_behind, // it arrived, and its answer did not
  };
  struct Faults {
    std::function<Fault()> on_append; // to the log
    std::function<Fault()> on_commit;
  };

  Connection(SharedDatabase& database, std::string process, Faults faults);

  std::unique_ptr<storage::sql::Prepared> prepare(std::string_view sql) override;
  void execute(const std::string& sql) override;
  std::int64_t changes_total() const override { return under_.changes_total(); }
  bool in_transaction() const override { return under_.in_transaction(); }
  void ready() override {}
  bool shared() const override { return true; }
  std::string this_process() const override { return "'" + process_ + "'"; }
  std::string lives(std::string_view holder) const override;
  std::string now_ms() const override { return "(SELECT ms FROM simulated_clock)"; }

 private:
  storage::sqlite::Database& under_;
  const std::string process_;
  const Faults faults_;
};

} // namespace mentara::simulation
