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

std::int64_t ask(sqlite::Database& database, std::string_view sql) {
  sqlite::Statement statement(database, sql);
  sqlite::Rows row = statement.query();
  row.next();
  return row.integer(0);
}

// Takes back what a step has done when it fails; the next start begins it anew.
class Step {
 public:
  explicit Step(sqlite::Database& database) : database_(database) { database_.execute("BEGIN IMMEDIATE"); }
  ~Step() {
    if (database_.in_transaction()) sqlite::Statement(database_, "ROLLBACK").run();
  }
  void commit() { database_.execute("COMMIT"); }

 private:
  sqlite::Database& database_;
};

void refuse_foreign_file(sqlite::Database& database, const std::string& path) {
  if (ask(database, "PRAGMA application_id") == application_id) return;
  if (ask(database, "SELECT count(*) FROM sqlite_schema") == 0) return;
  throw OpenError("The file " + path + " is a database of another program: move it away, or choose another data " +
                  "directory with --data.");
}

} // namespace

std::span<const Migration> all_migrations() { return migrations_of_this_program; }

void migrate(sqlite::Database& database, const std::string& path, std::span<const Migration> migrations) {
  for (;;) {
    Step step(database); // the version is read under the lock: another process may have been faster
    refuse_foreign_file(database, path);
    const auto version = static_cast<std::size_t>(ask(database, "PRAGMA user_version"));
    if (version > migrations.size()) {
      throw OpenError("The database " + path + " is of a newer mentara (schema " + std::to_string(version) +
                      "; this one knows up to " + std::to_string(migrations.size()) +
                      "): start that version, or restore a backup made before the update.");
    }
    if (version == migrations.size()) return;
    const Migration& next = migrations[version];
    database.execute(std::string(next.sql));
    database.execute("PRAGMA application_id = " + std::to_string(application_id));
    database.execute("PRAGMA user_version = " + std::to_string(version + 1));
    step.commit();
    wire::log(wire::LogLevel::info, "the database schema was updated", {{"step", next.name}});
  }
}

} // namespace mentara::storage
