#pragma once

#include "mentara/storage/blocks.h"
#include "mentara/storage/sqlite.h"
#include "mentara/storage/sqlite_users.h"

namespace mentara::storage {

class SqliteBlocks final : public Blocks {
 public:
  explicit SqliteBlocks(sqlite::Database& database);
  bool between(const UserId& one, const UserId& other) override;
  std::vector<UserId> among_members(const Membership& member) override;

 private:
  sqlite::Statement between_, among_members_;
};

class SqliteBlockChanges final : public BlockChanges {
 public:
  SqliteBlockChanges(sqlite::Database& database, SqliteUsers& users);
  void add(const UserId& blocker, const UserId& blocked, const std::string& reason, UnixTime at) override;
  void remove(const UserId& blocker, const UserId& blocked) override;
  std::size_t count(const UserId& blocker) override;

 private:
  SqliteUsers& users_;
  sqlite::Statement add_, remove_, count_;
};

} // namespace mentara::storage
