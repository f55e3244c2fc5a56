#pragma once

#include "mentara/storage/revocations.h"
#include "mentara/storage/sqlite.h"

namespace mentara::storage {

class SqliteRevocations final : public KeptRevocations {
 public:
  explicit SqliteRevocations(sqlite::Database& database);
  std::vector<Revocation> all() override;

 private:
  sqlite::Statement tokens_, users_;
};

class SqliteRevocationChanges final : public RevocationChanges {
 public:
  explicit SqliteRevocationChanges(sqlite::Database& database);
  void add(const Revocation& revocation) override;
  void forget_expired(UnixTime now) override;
  std::size_t count() override;

 private:
  sqlite::Statement add_token_, add_user_, forget_tokens_, forget_users_, count_;
};

} // namespace mentara::storage
