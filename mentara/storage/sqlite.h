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

 private:
  sqlite3* handle_ = nullptr;
};

} // namespace mentara::storage::sqlite
