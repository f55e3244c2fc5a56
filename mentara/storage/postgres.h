#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "mentara/storage/sql.h"

// PostgreSQL as we use it; the one place that calls libpq. Statements travel in pipeline mode: what asks for no rows is
// sent with the next that does, so a transaction costs a round trip for each question and one for its commit.
namespace mentara::storage::postgres {

using sql::Error;
using sql::ErrorKind;
using sql::Rows;
using sql::Statement;

struct Options {
  std::string url;    // a connection URI or key=value pairs, as libpq takes them
  std::string name{}; // of the connection, which the server shows; former ones of this name are ended
  bool read_only = false;
  std::chrono::milliseconds statement_timeout{5000};
  std::chrono::milliseconds answer_timeout{10'000}; // then the connection is given up
};

// What may follow a failed attempt to connect, at once and at last.
inline constexpr std::chrono::milliseconds reconnect_pause_min{20}, reconnect_pause_max{1000};

// Texts may hold NUL, which PostgreSQL's may not: it is kept as U+FFFE 0, and U+FFFE as U+FFFE 1.
class Database final : public sql::Database {
 public:
  explicit Database(Options options); // connects
  ~Database() override;

  std::unique_ptr<sql::Prepared> prepare(std::string_view sql) override;
  void execute(const std::string& sql) override;
  std::int64_t changes_total() const override; // statements that may have written, since it was opened
  bool in_transaction() const override;
  void ready() override;
  bool shared() const override { return true; }
  // A process lives for as long as the connection does with which it writes.
  std::string this_process() const override { return "current_setting('application_name')"; }
  std::string lives(std::string_view holder) const override {
    return "EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.application_name = " + std::string(holder) + ")";
  }
  std::string now_ms() const override { return "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"; }

  bool connected() const;
  // What was announced on a channel that it listens to; waits for the first of it.
  std::vector<std::string> announced(std::chrono::milliseconds patience);

 private:
  friend class Prepared;
  struct Impl;
  std::unique_ptr<Impl> impl_; // outlived by no statement
};

} // namespace mentara::storage::postgres
