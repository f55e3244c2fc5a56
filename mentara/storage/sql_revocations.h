#pragma once

#include "mentara/storage/revocations.h"
#include "mentara/storage/sql.h"

namespace mentara::storage {

class SqlRevocations final : public KeptRevocations {
 public:
  explicit SqlRevocations(sql::Database& database);
  std::vector<Revocation> all() override;

 private:
  sql::Statement tokens_, users_;
};

class SqlRevocationChanges final : public RevocationChanges {
 public:
  explicit SqlRevocationChanges(sql::Database& database);
  void add(const Revocation& revocation) override;
  void forget_expired(UnixTime now) override;
  std::size_t count() override;

 private:
  sql::Statement add_token_, add_user_, forget_tokens_, forget_users_, count_;
};

} // namespace mentara::storage
