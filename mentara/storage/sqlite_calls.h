#pragma once

#include "mentara/storage/calls.h"
#include "mentara/storage/sqlite.h"
#include "mentara/storage/sqlite_log.h"
#include "mentara/storage/sqlite_users.h"

namespace mentara::storage {

class SqliteCalls final : public Calls {
 public:
  explicit SqliteCalls(sqlite::Database& database);
  std::optional<Call> find(const CallId& call) override;
  std::vector<ListedCall> page(const UserId& user, CallKey before, std::size_t limit) override;
  std::vector<UnendedCall> unended() override;
  bool share_conversation(const UserId& one, const UserId& other) override;

 private:
  sqlite::Statement find_, page_, unended_, share_conversation_;
};

class SqliteCallChanges final : public CallChanges {
 public:
  SqliteCallChanges(sqlite::Database& database, SqliteLog& log, SqliteUsers& users);
  bool insert(const Call& call) override;
  void update(const Call& call) override;
  std::vector<ToldEnd> tell_end(const Call& call) override;
  void add_report(const CallId& call, CallSide side, const std::string& report, UnixTime at,
                  std::size_t reports_max) override;

 private:
  SqliteLog& log_;
  SqliteUsers& users_;
  sqlite::Statement insert_, update_, add_report_, forget_reports_;
};

} // namespace mentara::storage
