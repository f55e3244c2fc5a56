#pragma once

#include "mentara/storage/sql.h"

struct sqlite3;

// SQLite as we use it; the one place that calls the library.
namespace mentara::storage::sqlite {

using sql::Error;
using sql::ErrorKind;
using sql::Rows;
using sql::Statement;

class Database final : public sql::Database {
 public:
  explicit Database(const std::string& path); // made when it does not exist
  ~Database() override;

  std::unique_ptr<sql::Prepared> prepare(std::string_view sql) override;
  void execute(const std::string& sql) override;
  std::int64_t changes_total() const override; // rows written since it was opened
  bool in_transaction() const override;
  void ready() override {}
  bool shared() const override { return false; }
  std::string this_process() const override { return "'alone'"; }
  std::string lives(std::string_view) const override { return "TRUE"; }
  std::string now_ms() const override { return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"; }

 private:
  sqlite3* handle_ = nullptr;
};

} // namespace mentara::storage::sqlite
