#include "mentara/storage/sqlite_store.h"

#include <optional>
#include <utility>
#include <vector>

#include "mentara/storage/migrations.h"
#include "mentara/storage/sql_sessions.h"
#include "mentara/storage/sqlite.h"

namespace mentara::storage {
namespace {

using sqlite::ErrorKind;

std::string describe(const sqlite::Error& error, const std::string& path) {
  const std::string database = "the database " + path;
  const std::string reason = std::string(" (") + error.what() + "): ";
  switch (error.kind) {
    case ErrorKind::cannot_open:
    case ErrorKind::read_only:
      return "Cannot write to " + database + reason + "give this user the right to read and write it and its folder.";
    case ErrorKind::not_a_database:
      return "Cannot read " + database + reason + "it is damaged or no SQLite file; move it away and restore a backup.";
    case ErrorKind::busy:
      return "Cannot lock " + database + reason + "close the program that has it open.";
    case ErrorKind::full:
      return "Cannot write to " + database + reason + "free some space on its disk.";
    case ErrorKind::io:
    case ErrorKind::lost:
    case ErrorKind::conflict:
    case ErrorKind::other:
      break;
  }
  return "Cannot use " + database + reason + "check the disk and its file system, or choose another with --data.";
}

std::unique_ptr<sqlite::Database> connect(const std::string& path, const SqliteOptions& options) {
  auto database = std::make_unique<sqlite::Database>(path);
  database->execute("PRAGMA busy_timeout = " + std::to_string(options.busy_timeout.count()));
  return database;
}

void use_wal(sqlite::Database& database, const std::string& path) {
  sqlite::Statement statement(database, "PRAGMA journal_mode = WAL");
  sqlite::Rows row = statement.query();
  if (row.next() && row.text_view(0) == "wal") return;
  throw OpenError("The database " + path +
                  " cannot use a write-ahead log on this file system: choose a local disk with --data.");
}

std::unique_ptr<WriteSession> open_writer(const std::string& path, const SqliteOptions& options, EndOfLog& end_of_log) {
  auto database = connect(path, options);
  migrate(*database, path); // first, so that a file that is not ours stays as it is
  use_wal(*database, path);
  return std::make_unique<SqlWriteSession>(std::move(database), end_of_log, *options.clock);
}

std::vector<std::unique_ptr<ReadSession>> open_readers(const std::string& path, const SqliteOptions& options) {
  std::vector<std::unique_ptr<ReadSession>> sessions;
  for (std::size_t i = 0; i < options.readers; ++i) {
    sessions.push_back(std::make_unique<SqlReadSession>(connect(path, options)));
  }
  return sessions;
}

} // namespace

struct SqliteStore::Impl {
  Impl(const SqliteOptions& options, Post post_home) : directory(options.data_directory), post(std::move(post_home)) {
    try {
      auto session = open_writer(directory.database_path(), options, end_of_log);
      writer.emplace(std::move(session), post, options.write_queue_max, options.group_commit_max);
      readers.emplace(open_readers(directory.database_path(), options), post, options.read_queue_max);
    } catch (const sqlite::Error& error) {
      throw OpenError(describe(error, directory.database_path()));
    }
  }

  DataDirectory directory; // outlives the connections
  Post post;
  EndOfLog end_of_log;
  std::optional<WriteWorker> writer;
  std::optional<ReadWorker> readers;
};

SqliteStore::SqliteStore(const SqliteOptions& options, Post post)
    : impl_(std::make_unique<Impl>(options, std::move(post))) {}

SqliteStore::~SqliteStore() = default;

void SqliteStore::submit(std::unique_ptr<WriteUnit> unit, Turn turn) { impl_->writer->submit(std::move(unit), turn); }
void SqliteStore::submit(std::unique_ptr<ReadUnit> unit) { impl_->readers->submit(std::move(unit)); }
const std::string& SqliteStore::epoch() const { return impl_->end_of_log.epoch; }
Cursor SqliteStore::end_of_log() const {
  return {impl_->end_of_log.epoch, impl_->end_of_log.position.load(std::memory_order_acquire)};
}
bool SqliteStore::healthy() const { return impl_->writer->healthy(); }
StoreFigures SqliteStore::figures() const {
  return {impl_->writer->queued(), impl_->readers->queued(), impl_->writer->groups()};
}

} // namespace mentara::storage
