#include "mentara/storage/postgres_store.h"

#include <optional>
#include <utility>
#include <vector>

#include "mentara/storage/failures.h"
#include "mentara/storage/log_watch.h"
#include "mentara/storage/migrations.h"
#include "mentara/storage/sql_sessions.h"
#include "wire/base/log.h"
#include "wire/base/random.h"

namespace mentara::storage {
namespace {

using std::chrono::milliseconds;

std::string ask(postgres::Database& database, std::string_view sql) {
  sql::Statement statement(database, sql);
  sql::Rows row = statement.query();
  return row.next() ? row.text(0) : std::string();
}

std::string describe(const sql::Error& error, const std::string& url) {
  const std::string reason = " (" + std::string(error.what()) + "): ";
  switch (error.kind) {
    case sql::ErrorKind::cannot_open:
    case sql::ErrorKind::lost:
      return "Cannot reach the database " + url + reason +
             "is PostgreSQL running, and does database.url name it right?";
    case sql::ErrorKind::read_only:
      return "Cannot write to the database " + url + reason + "it is a standby; database.url must name the primary.";
    default:
      return "Cannot use the database " + url + reason + "see PostgreSQL's log.";
  }
}

// What was acknowledged must survive a loss of power; what the server is set to is for people to see.
void check_durability(postgres::Database& database, const std::string& url) {
  const std::string encoding = ask(database, "SHOW server_encoding");
  if (encoding != "UTF8") {
    throw OpenError("The database " + url + " is encoded as " + encoding + ": make one with ENCODING 'UTF8'.");
  }
  const std::string commit = ask(database, "SHOW synchronous_commit"), fsync = ask(database, "SHOW fsync");
  wire::log(wire::LogLevel::info, "the database is PostgreSQL",
            {{"version", ask(database, "SHOW server_version")},
             {"synchronous_commit", commit == "off" ? "on (the server's is off)" : commit},
             {"fsync", fsync},
             {"tls", ask(database, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == "1" ? "yes" : "no"}});
  if (fsync != "on") {
    wire::log(wire::LogLevel::warn, "PostgreSQL runs with fsync=off: a loss of power loses what was acknowledged");
  }
}

} // namespace

struct PostgresStore::Impl {
  Impl(const PostgresOptions& options, Post post_home) : post(std::move(post_home)) {
    const std::string shown = shown_url(options.url);
    try {
      postgres::Options patient{.url = options.url};
      patient.statement_timeout = milliseconds(0); // a step, and waiting for that of another node, takes what it takes
      patient.answer_timeout = std::chrono::hours(24);
      {
        postgres::Database database(patient);
        check_durability(database, shown);
        migrate(database, shown);
      }
      postgres::Options connection{.url = options.url, .statement_timeout = options.statement_timeout};
      connection.answer_timeout = 2 * options.statement_timeout;
      postgres::Options writing = connection;
      writing.name = "mentara writer " + wire::random_id();
      auto session =
          std::make_unique<SqlWriteSession>(std::make_unique<postgres::Database>(writing), end_of_log, *options.clock);
      writer.emplace(std::move(session), post, options.write_queue_max, options.group_commit_max);
      connection.read_only = true;
      std::vector<std::unique_ptr<ReadSession>> sessions;
      for (std::size_t i = 0; i < options.readers; ++i) {
        sessions.push_back(std::make_unique<SqlReadSession>(std::make_unique<postgres::Database>(connection)));
      }
      readers.emplace(std::move(sessions), post, options.read_queue_max);
      watch.emplace(connection, options.poll_interval, end_of_log, post, options.on_growth);
    } catch (const sql::Error& error) {
      throw OpenError(describe(error, shown));
    }
  }
  ~Impl() { end_of_log.stopping.store(true, std::memory_order_relaxed); }

  template <class Worker, class Context, class... Turns>
  void submit(Worker& worker, std::unique_ptr<Unit<Context>> unit, Turns... turn) {
    if (watch->reachable()) return worker.submit(std::move(unit), turn...);
    // Nothing is kept waiting for a database that is away.
    unit->fail(database_failed());
    post([unit = std::move(unit)] { unit->done(); });
  }

  Post post;
  EndOfLog end_of_log;
  std::optional<WriteWorker> writer;
  std::optional<ReadWorker> readers;
  std::optional<LogWatch> watch;
};

PostgresStore::PostgresStore(const PostgresOptions& options, Post post)
    : impl_(std::make_unique<Impl>(options, std::move(post))) {}

PostgresStore::~PostgresStore() = default;

void PostgresStore::submit(std::unique_ptr<WriteUnit> unit, Turn turn) {
  impl_->submit(*impl_->writer, std::move(unit), turn);
}
void PostgresStore::submit(std::unique_ptr<ReadUnit> unit) { impl_->submit(*impl_->readers, std::move(unit)); }
const std::string& PostgresStore::epoch() const { return impl_->end_of_log.epoch; }
Cursor PostgresStore::end_of_log() const {
  return {impl_->end_of_log.epoch, impl_->end_of_log.position.load(std::memory_order_acquire)};
}
bool PostgresStore::healthy() const { return impl_->watch->reachable() && impl_->writer->healthy(); }
StoreFigures PostgresStore::figures() const {
  return {impl_->writer->queued(), impl_->readers->queued(), impl_->writer->groups()};
}
void PostgresStore::others_are_told(bool told) {
  impl_->end_of_log.others_are_told.store(told, std::memory_order_relaxed);
}

std::string shown_url(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == url.npos) return "of database.url";
  const std::string place = url.substr(0, url.find('?')); // behind it a password may stand too
  const std::size_t at = place.rfind('@');
  const std::size_t colon = place.find(':', scheme + 3);
  if (at == place.npos || colon > at) return place;
  return place.substr(0, colon) + place.substr(at);
}

} // namespace mentara::storage
