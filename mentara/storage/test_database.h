#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "mentara/storage/migrations.h"
#include "mentara/storage/postgres_store.h"
#include "mentara/storage/sqlite.h"
#include "mentara/storage/sqlite_store.h"
#include "mentara/storage/test_postgres.h"
#include "mentara/storage/test_support.h"

namespace mentara::storage {

// For tests: an empty database, and the store over it. The same tests run on both kinds: ctest starts their program
// once more with MENTARA_TEST_STORE=postgres.
class TestDatabase {
 public:
  static sql::Dialect kind() {
    const char* wanted = std::getenv("MENTARA_TEST_STORE");
    return wanted && std::string_view(wanted) == "postgres" ? sql::Dialect::postgres : sql::Dialect::sqlite;
  }

  explicit TestDatabase(sql::Dialect dialect = kind()) : dialect_(dialect) {
    if (dialect_ == sql::Dialect::sqlite) return;
    static int schemas = 0;
    schema_ = "test" + std::to_string(++schemas);
    postgres::Database({.url = server().url()}).execute("CREATE SCHEMA " + schema_);
  }
  ~TestDatabase() {
    if (dialect_ == sql::Dialect::sqlite) return;
    postgres::Database({.url = server().url()})
        .execute("SET client_min_messages = warning; DROP SCHEMA " + schema_ + " CASCADE");
  }
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  std::unique_ptr<Store> open(Post post, const WallClock& clock = system_wall_clock()) const {
    if (dialect_ == sql::Dialect::postgres) {
      return std::make_unique<PostgresStore>(PostgresOptions{.url = url(), .clock = &clock}, std::move(post));
    }
    return std::make_unique<SqliteStore>(SqliteOptions{.data_directory = directory_.path(), .clock = &clock},
                                         std::move(post));
  }
  // A connection to the same.
  std::unique_ptr<sql::Database> connect() const {
    if (dialect_ == sql::Dialect::postgres)
      return std::make_unique<postgres::Database>(postgres::Options{.url = url()});
    return std::make_unique<sqlite::Database>(path());
  }
  // One with today's schema, ready to be written to.
  std::unique_ptr<sql::Database> connect_migrated() const {
    auto database = connect();
    migrate(*database, "test");
    if (dialect_ == sql::Dialect::sqlite) database->execute("PRAGMA journal_mode = WAL");
    return database;
  }

  sql::Dialect dialect() const { return dialect_; }
  std::string path() const { return database_path(directory_.path()); } // SQLite's
  std::string url() const { return server().url(schema_); }             // PostgreSQL's

 private:
  static TestPostgres& server() { return TestPostgres::shared(); }

  const sql::Dialect dialect_;
  TempDirectory directory_;
  std::string schema_;
};

} // namespace mentara::storage
