#pragma once

#include "mentara/storage/presences.h"
#include "mentara/storage/sqlite.h"
#include "mentara/storage/sqlite_users.h"

namespace mentara::storage {

class SqlitePresences final : public Presences {
 public:
  explicit SqlitePresences(sqlite::Database& database);
  StoredPresence find(const UserId& user) override;
  bool may_see(const UserId& viewer, const UserId& target) override;

 private:
  sqlite::Statement find_, may_see_;
};

class SqlitePresenceChanges final : public PresenceChanges {
 public:
  SqlitePresenceChanges(sqlite::Database& database, SqliteUsers& users);
  void set(const UserId& user, const PresenceSettings& settings) override;
  void set_seen(const UserId& user, UnixTime at) override;

 private:
  SqliteUsers& users_;
  sqlite::Statement set_, set_seen_;
};

} // namespace mentara::storage
