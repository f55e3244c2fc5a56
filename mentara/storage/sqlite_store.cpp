#include "mentara/storage/sqlite_store.h"

#include <atomic>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "mentara/storage/failures.h"
#include "mentara/storage/migrations.h"
#include "mentara/storage/sqlite_transaction.h"
#include "mentara/storage/worker.h"
#include "wire/base/log.h"

namespace mentara::storage {
namespace {

using sqlite::ErrorKind;

// FULL syncs the WAL at each commit. The cache must hold the pages that one group touches, or it spills (and syncs)
// before the commit; checkpoints are rare enough not to matter and frequent enough to keep the WAL small.
constexpr auto writer_settings =
    "PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; "
    "PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864";
constexpr auto reader_settings = "PRAGMA query_only = ON; PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY";

void log_error(const char* message, const char* what) { wire::log(wire::LogLevel::error, message, {{"error", what}}); }

// The one place where what the database or the rules throw becomes an answer. False: it threw.
template <class Context>
bool run_guarded(Unit<Context>& unit, Context& context, bool& accepted) {
  try {
    accepted = unit.run(context);
    return true;
  } catch (const sqlite::Error& error) {
    log_error("the database failed", error.what());
    unit.fail(database_failed());
  } catch (const std::exception& error) {
    log_error("a rule failed", error.what());
    unit.fail(rules_failed());
  }
  return false;
}

struct EndOfLog {
  std::string epoch;                 // constant once the writer is open
  std::atomic<Position> position{0}; // any thread
};

class SqliteWriteSession final : public WriteSession {
 public:
  SqliteWriteSession(std::unique_ptr<sqlite::Database> database, EndOfLog& end_of_log)
      : database_(std::move(database)), transaction_(*database_), end_of_log_(end_of_log) {
    end_of_log_.epoch = transaction_.epoch();
    end_of_log_.position.store(transaction_.committed_position(), std::memory_order_release);
  }

  bool begin() override {
    try {
      transaction_.begin();
      return true;
    } catch (const sqlite::Error& error) {
      log_error("the database refused to begin a transaction", error.what());
      return false;
    }
  }

  Ran run(WriteUnit& unit) override {
    const std::int64_t changes_before = database_->changes_total();
    bool accepted = false;
    if (!run_guarded<Transaction>(unit, transaction_, accepted)) return Ran::spoiled;
    return accepted || database_->changes_total() == changes_before ? Ran::kept : Ran::spoiled;
  }

  Committed commit() override {
    try {
      transaction_.commit();
      end_of_log_.position.store(transaction_.committed_position(), std::memory_order_release);
      return Committed::yes;
    } catch (const sqlite::Error& error) {
      log_error("a commit failed", error.what());
      return error.kind == ErrorKind::io ? Committed::broken : Committed::no;
    }
  }

  void rollback() override {
    try {
      transaction_.rollback();
    } catch (const sqlite::Error& error) {
      log_error("a rollback failed", error.what());
    }
  }

 private:
  std::unique_ptr<sqlite::Database> database_;
  SqliteTransaction transaction_;
  EndOfLog& end_of_log_;
};

class SqliteReadSession final : public ReadSession {
 public:
  explicit SqliteReadSession(std::unique_ptr<sqlite::Database> database)
      : database_(std::move(database)), snapshot_(*database_), begin_(*database_, "BEGIN"), end_(*database_, "END") {}

  void run(ReadUnit& unit) override {
    try {
      begin_.run();
      bool accepted = false;
      run_guarded<Snapshot>(unit, snapshot_, accepted);
      end_.run(); // a snapshot that is kept keeps the WAL from shrinking
    } catch (const sqlite::Error& error) {
      log_error("the database refused to begin or end a snapshot", error.what());
      unit.fail(database_failed());
    }
  }

 private:
  std::unique_ptr<sqlite::Database> database_;
  SqliteSnapshot snapshot_;
  sqlite::Statement begin_, end_;
};

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
  database->execute(writer_settings);
  return std::make_unique<SqliteWriteSession>(std::move(database), end_of_log);
}

std::vector<std::unique_ptr<ReadSession>> open_readers(const std::string& path, const SqliteOptions& options) {
  std::vector<std::unique_ptr<ReadSession>> sessions;
  for (std::size_t i = 0; i < options.readers; ++i) {
    auto database = connect(path, options);
    database->execute(reader_settings);
    sessions.push_back(std::make_unique<SqliteReadSession>(std::move(database)));
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

void SqliteStore::submit(std::unique_ptr<WriteUnit> unit) { impl_->writer->submit(std::move(unit)); }
void SqliteStore::submit(std::unique_ptr<ReadUnit> unit) { impl_->readers->submit(std::move(unit)); }
const std::string& SqliteStore::epoch() const { return impl_->end_of_log.epoch; }
Cursor SqliteStore::end_of_log() const {
  return {impl_->end_of_log.epoch, impl_->end_of_log.position.load(std::memory_order_acquire)};
}
bool SqliteStore::healthy() const { return impl_->writer->healthy(); }

} // namespace mentara::storage
