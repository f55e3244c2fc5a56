#include "mentara/storage/migrations.h"

#include <cstdint>

#include "mentara/storage/data_directory.h"
#include "wire/base/log.h"

namespace mentara::storage {
namespace {

constexpr Migration migrations_of_this_program[] = {
#include "mentara/storage/migrations.inc"
};

constexpr std::int64_t application_id = 0x4d4e5452; // "MNTR", in the header of the file (`file mentara.db` shows it)

std::int64_t ask(sql::Database& database, std::string_view sql) {
  sql::Statement statement(database, sql);
  sql::Rows row = statement.query();
  row.next();
  return row.integer(0);
}

bool has_version_table(sql::Database& database) {
  return ask(database, "SELECT to_regclass('mentara_schema') IS NOT NULL") != 0;
}

// Takes back what a step has done when it fails; the next start begins it anew. Only one at a time, of all processes.
class Step {
 public:
  explicit Step(sql::Database& database) : database_(database) {
    if (database.dialect() == sql::Dialect::sqlite) {
      database_.execute("BEGIN IMMEDIATE");
    } else {
      database_.execute("BEGIN");
      database_.execute("SELECT pg_advisory_xact_lock(" + std::to_string(application_id) + ")");
    }
  }
  ~Step() {
    try {
      if (database_.in_transaction()) database_.execute("ROLLBACK");
    } catch (const sql::Error&) { // the connection is lost, and the transaction with it
    }
  }
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;
  void commit() { database_.execute("COMMIT"); }

 private:
  sql::Database& database_;
};

void refuse_foreign_database(sql::Database& database, const std::string& name) {
  if (database.dialect() == sql::Dialect::sqlite) {
    if (ask(database, "PRAGMA application_id") == application_id) return;
    if (ask(database, "SELECT count(*) FROM sqlite_schema") == 0) return;
    throw OpenError("The file " + name + " is a database of another program: move it away, or choose another data " +
                    "directory with --data.");
  }
  if (has_version_table(database)) return;
  if (ask(database, "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace") == 0) return;
  throw OpenError("The schema of " + name +
                  " holds tables of another program: make a database of its own, or a schema " +
                  "that database.url chooses with ?options=-csearch_path%3DNAME.");
}

void set_version(sql::Database& database, std::size_t version) {
  const std::string number = std::to_string(version);
  if (database.dialect() == sql::Dialect::sqlite) {
    database.execute("PRAGMA application_id = " + std::to_string(application_id));
    database.execute("PRAGMA user_version = " + number);
  } else if (version == 1) {
    database.execute("CREATE TABLE mentara_schema (version BIGINT NOT NULL); INSERT INTO mentara_schema VALUES (1)");
  } else {
    database.execute("UPDATE mentara_schema SET version = " + number);
  }
}

} // namespace

std::span<const Migration> all_migrations() { return migrations_of_this_program; }

std::size_t schema_version(sql::Database& database) {
  if (database.dialect() == sql::Dialect::sqlite) {
    return static_cast<std::size_t>(ask(database, "PRAGMA user_version"));
  }
  if (!has_version_table(database)) return 0;
  return static_cast<std::size_t>(ask(database, "SELECT version FROM mentara_schema"));
}

void migrate(sql::Database& database, const std::string& name, std::span<const Migration> migrations) {
  for (;;) {
    Step step(database); // the version is read under the lock: another process may have been faster
    refuse_foreign_database(database, name);
    const std::size_t version = schema_version(database);
    if (version > migrations.size()) {
      throw OpenError("The database " + name + " is of a newer mentara (schema " + std::to_string(version) +
                      "; this one knows up to " + std::to_string(migrations.size()) +
                      "): start that version, or restore a backup made before the update.");
    }
    if (version == migrations.size()) return;
    const Migration& next = migrations[version];
    database.execute(migration_text(next.sql, database.dialect()));
    set_version(database, version + 1);
    step.commit();
    wire::log(wire::LogLevel::info, "the database schema was updated", {{"step", next.name}});
  }
}

} // namespace mentara::storage
