#pragma once

#include "mentara/storage/blocks.h"
#include "mentara/storage/sql.h"
#include "mentara/storage/sql_users.h"
#include "wire/base/unique_function.h"

namespace mentara::storage {

class SqlBlocks final : public Blocks {
 public:
  explicit SqlBlocks(sql::Database& database);
  bool between(const UserId& one, const UserId& other) override;
  std::vector<UserId> among_members(const Membership& member) override;

 private:
  sql::Statement between_, among_members_;
};

class SqlBlockChanges final : public BlockChanges {
 public:
  SqlBlockChanges(sql::Database& database, SqlUsers& users, wire::UniqueFunction<void()> on_change);
  void add(const UserId& blocker, const UserId& blocked, const std::string& reason, UnixTime at) override;
  void remove(const UserId& blocker, const UserId& blocked) override;
  std::size_t count(const UserId& blocker) override;

 private:
  SqlUsers& users_;
  wire::UniqueFunction<void()> on_change_;
  sql::Statement add_, remove_, count_;
};

} // namespace mentara::storage
