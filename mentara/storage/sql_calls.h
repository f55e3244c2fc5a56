#pragma once

#include "mentara/storage/calls.h"
#include "mentara/storage/sql.h"
#include "mentara/storage/sql_log.h"
#include "mentara/storage/sql_users.h"

namespace mentara::storage {

class SqlCalls final : public Calls {
 public:
  explicit SqlCalls(sql::Database& database);
  std::optional<Call> find(const CallId& call) override;
  std::vector<ListedCall> page(const UserId& user, CallKey before, std::size_t limit) override;
  std::vector<UnendedCall> unended() override;
  bool share_conversation(const UserId& one, const UserId& other) override;
  std::optional<CallKeeper> keeper() override;

 private:
  sql::Statement find_, page_, unended_, share_conversation_, keeper_;
};

class SqlCallChanges final : public CallChanges {
 public:
  SqlCallChanges(sql::Database& database, SqlLog& log, SqlUsers& users);
  bool insert(const Call& call) override;
  void update(const Call& call) override;
  std::vector<ToldEnd> tell_end(const Call& call) override;
  void add_report(const CallId& call, CallSide side, const std::string& report, UnixTime at,
                  std::size_t reports_max) override;
  std::optional<std::int64_t> keep(const std::string& node, std::chrono::milliseconds lease) override;
  bool is_keeper() override;
  void resign() override;
  std::vector<UnendedCall> take_over() override;
  void set_seats(const CallId& call, const CallSeats& seats) override;
  void add_held(const CallId& call, const CallMachine::Held& held) override;
  void forget_held(const CallId& call) override;
  void forget_seats(const CallId& call) override;

 private:
  SqlLog& log_;
  SqlUsers& users_;
  sql::Statement insert_, update_, add_report_, forget_reports_;
  sql::Statement keep_, is_keeper_, resign_, take_, taken_, set_seats_, forget_seats_;
  sql::Statement add_held_, held_, forget_held_;
};

} // namespace mentara::storage
