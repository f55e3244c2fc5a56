#include "tests/simulation/shared_database.h"

#include <utility>

#include "mentara/storage/migrations.h"

namespace mentara::simulation {

using storage::sql::Error;
using storage::sql::ErrorKind;
using storage::sql::Prepared;

namespace {

// A statement that may fail as the network makes it fail.
class Faulty final : public Prepared {
 public:
  Faulty(storage::sqlite::Database& database, std::unique_ptr<Prepared> under, std::function<Connection::Fault()> fault)
      : database_(database), under_(std::move(under)), fault_(std::move(fault)) {}

  void bind_integer(int index, std::int64_t value) override { under_->bind_integer(index, value); }
  void bind_text(int index, std::string_view value) override { under_->bind_text(index, value); }
  void bind_null(int index) override { under_->bind_null(index); }
  bool next() override {
    return with_fault([this] { return under_->next(); });
  }
  void run() override {
    with_fault([this] {
      under_->run();
      return false;
    });
  }
  bool null(int column) const override { return under_->null(column); }
  std::int64_t integer(int column) const override { return under_->integer(column); }
  std::string_view text_view(int column) const override { return under_->text_view(column); }
  void reset() override { under_->reset(); }

 private:
  template <class Do>
  bool with_fault(Do run) {
    const Connection::Fault fault = fault_ ? fault_() : Connection::Fault::none;
    if (fault == Connection::Fault::none) return run();
    if (fault == Connection::Fault::lost_behind) {
      run();
      under_->reset();
    } else {
      database_.execute("ROLLBACK"); // as the server does with what is left
    }
    throw Error(fault == Connection::Fault::conflict ? ErrorKind::conflict : ErrorKind::lost, "simulated");
  }

  storage::sqlite::Database& database_;
  const std::unique_ptr<Prepared> under_;
  const std::function<Connection::Fault()> fault_;
};

storage::sqlite::Database& with_schema(storage::sqlite::Database& database) {
  storage::migrate(database, "in memory");
  // `writers` as PostgreSQL has it (migrations/0001); an epoch that is the same each time.
  database.execute(
      "UPDATE log_state SET epoch = 'simulation'; "
      "CREATE TABLE writers (writer TEXT PRIMARY KEY, number INTEGER NOT NULL, position INTEGER NOT NULL, at INTEGER "
      "NOT NULL); "
      "CREATE TABLE simulated_clock (ms INTEGER NOT NULL); INSERT INTO simulated_clock VALUES (0); "
      "CREATE TABLE simulated_processes (process TEXT PRIMARY KEY)");
  return database;
}

} // namespace

SharedDatabase::SharedDatabase()
    : sqlite_(":memory:"),
      connect_(with_schema(sqlite_), "INSERT OR IGNORE INTO simulated_processes VALUES (?1)"),
      disconnect_(sqlite_, "DELETE FROM simulated_processes WHERE process = ?1"),
      set_clock_(sqlite_, "UPDATE simulated_clock SET ms = ?1") {}

void SharedDatabase::connected(const std::string& process) { connect_.run(process); }
void SharedDatabase::disconnected(const std::string& process) { disconnect_.run(process); }
void SharedDatabase::set_clock(std::int64_t unix_ms) { set_clock_.run(unix_ms); }

Connection::Connection(SharedDatabase& database, std::string process, Faults faults)
    : storage::sql::Database(storage::sql::Dialect::sqlite),
      under_(database.sqlite()),
      process_(std::move(process)),
      faults_(std::move(faults)) {}

std::unique_ptr<Prepared> Connection::prepare(std::string_view sql) {
  // Who listens is told by the store.
  if (sql.find("pg_notify") != sql.npos) return under_.prepare("SELECT 1 WHERE ?1 IS NULL");
  auto prepared = under_.prepare(sql);
  if (sql == "COMMIT" && faults_.on_commit) {
    return std::make_unique<Faulty>(under_, std::move(prepared), faults_.on_commit);
  }
  if (sql.starts_with("INSERT INTO log ") && faults_.on_append) {
    return std::make_unique<Faulty>(under_, std::move(prepared), faults_.on_append);
  }
  return prepared;
}

void Connection::execute(const std::string& sql) {
  if (sql.starts_with("PRAGMA")) return; // the settings of a file
  under_.execute(sql);
}

std::string Connection::lives(std::string_view holder) const {
  return "EXISTS (SELECT 1 FROM simulated_processes p WHERE p.process = " + std::string(holder) + ")";
}

} // namespace mentara::simulation
