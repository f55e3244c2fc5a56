#pragma once

#include "mentara/storage/presences.h"
#include "mentara/storage/sql.h"
#include "mentara/storage/sql_users.h"

namespace mentara::storage {

class SqlPresences final : public Presences {
 public:
  explicit SqlPresences(sql::Database& database);
  StoredPresence find(const UserId& user) override;
  bool may_see(const UserId& viewer, const UserId& target) override;

 private:
  sql::Statement find_, may_see_;
};

class SqlPresenceChanges final : public PresenceChanges {
 public:
  SqlPresenceChanges(sql::Database& database, SqlUsers& users);
  void set(const UserId& user, const PresenceSettings& settings) override;
  void set_seen(const UserId& user, UnixTime at) override;

 private:
  SqlUsers& users_;
  sql::Statement set_, set_seen_;
};

} // namespace mentara::storage
