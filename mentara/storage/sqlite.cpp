#include "mentara/storage/sqlite.h"

#include <sqlite3.h>

#include "mentara/storage/page_checksums.h"

namespace mentara::storage::sqlite {
namespace {

ErrorKind kind_of(int code) {
  if (code == SQLITE_IOERR_DATA) return ErrorKind::not_a_database; // a page that does not bear its checksum
  switch (code & 0xff) {                                           // without the extended part
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return ErrorKind::cannot_open;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return ErrorKind::not_a_database;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorKind::busy;
    case SQLITE_FULL:
      return ErrorKind::full;
    case SQLITE_IOERR:
      return ErrorKind::io;
    case SQLITE_READONLY:
      return ErrorKind::read_only;
    default:
      return ErrorKind::other;
  }
}

[[noreturn]] void fail(sqlite3* handle, int code) {
  throw Error(kind_of(code), std::string(sqlite3_errmsg(handle)) + " (SQLite error " + std::to_string(code) + ")");
}

// Without its count of the memory in use (nobody reads it) the library takes no lock at each allocation.
void configure_once() { [[maybe_unused]] static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

class Prepared final : public sql::Prepared {
 public:
  Prepared(sqlite3* database, std::string_view sql) : database_(database) {
    expect_ok(sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                 &handle_, nullptr));
  }
  ~Prepared() override { sqlite3_finalize(handle_); }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  void bind_integer(int index, std::int64_t value) override { expect_ok(sqlite3_bind_int64(handle_, index, value)); }
  void bind_text(int index, std::string_view value) override {
    // A view of nothing has no address, which SQLite would take for NULL.
    expect_ok(sqlite3_bind_text64(handle_, index, value.data() ? value.data() : "", value.size(), SQLITE_STATIC,
                                  SQLITE_UTF8));
  }
  void bind_null(int index) override { expect_ok(sqlite3_bind_null(handle_, index)); }

  bool next() override {
    const int code = sqlite3_step(handle_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) fail(database_, code);
    return code == SQLITE_ROW;
  }
  void run() override {
    const Reset when_done{handle_};
    while (Prepared::next()) {
    }
  }

  bool null(int column) const override { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const override { return sqlite3_column_int64(handle_, column); }
  std::string_view text_view(int column) const override {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
    // The length counts, not a terminator: a text may hold NUL.
    return text ? std::string_view(text, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))) : "";
  }
  void reset() override { sqlite3_reset(handle_); }

 private:
  struct Reset {
    ~Reset() { sqlite3_reset(handle); }
    sqlite3_stmt* handle;
  };
  void expect_ok(int code) const {
    if (code != SQLITE_OK) fail(database_, code);
  }

  sqlite3* database_;
  sqlite3_stmt* handle_ = nullptr;
};

} // namespace

Database::Database(const std::string& path) : sql::Database(sql::Dialect::sqlite) {
  configure_once();
  // Each connection belongs to one thread, so the library needs no mutex of its own.
  const int code = sqlite3_open_v2(path.c_str(), &handle_,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, page_checksums());
  if (code == SQLITE_OK) {
    sqlite3_extended_result_codes(handle_, 1);
    int reserved = checksum_bytes; // holds when the file is made
    sqlite3_file_control(handle_, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
    return;
  }
  const std::string message = handle_ ? sqlite3_errmsg(handle_) : "out of memory";
  sqlite3_close(handle_);
  throw Error(kind_of(code), message);
}

Database::~Database() { sqlite3_close_v2(handle_); }

std::unique_ptr<sql::Prepared> Database::prepare(std::string_view sql) {
  return std::make_unique<Prepared>(handle_, sql);
}

void Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(handle_, code);
}

std::int64_t Database::changes_total() const { return sqlite3_total_changes64(handle_); }

bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

} // namespace mentara::storage::sqlite
