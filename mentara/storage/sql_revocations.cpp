#include "mentara/storage/sql_revocations.h"

namespace mentara::storage {

SqlRevocations::SqlRevocations(sql::Database& database)
    : tokens_(database, "SELECT token_id, until FROM revoked_tokens"),
      users_(database, "SELECT user_id, issued_before, until FROM revoked_users") {}

std::vector<Revocation> SqlRevocations::all() {
  std::vector<Revocation> revocations;
  sql::Rows token = tokens_.query();
  while (token.next()) revocations.push_back({.token_id = token.text(0), .until = {token.integer(1)}});
  sql::Rows user = users_.query();
  while (user.next()) {
    revocations.push_back({.user_id = {user.text(0)}, .issued_before = {user.integer(1)}, .until = {user.integer(2)}});
  }
  return revocations;
}

SqlRevocationChanges::SqlRevocationChanges(sql::Database& database)
    : add_token_(database,
                 "INSERT INTO revoked_tokens (token_id, until) VALUES (?1, ?2) "
                 "ON CONFLICT (token_id) DO UPDATE SET until = max(revoked_tokens.until, excluded.until)"),
      add_user_(database,
                "INSERT INTO revoked_users (user_id, issued_before, until) VALUES (?1, ?2, ?3) ON CONFLICT (user_id) "
                "DO UPDATE SET issued_before = max(revoked_users.issued_before, excluded.issued_before), "
                "until = max(revoked_users.until, excluded.until)"),
      forget_tokens_(database, "DELETE FROM revoked_tokens WHERE until <= ?1"),
      forget_users_(database, "DELETE FROM revoked_users WHERE until <= ?1"),
      count_(database, "SELECT (SELECT count(*) FROM revoked_tokens) + (SELECT count(*) FROM revoked_users)") {}

void SqlRevocationChanges::add(const Revocation& revocation) {
  if (!revocation.token_id.empty()) return add_token_.run(revocation.token_id, revocation.until.ms);
  add_user_.run(revocation.user_id.value, revocation.issued_before.ms, revocation.until.ms);
}

void SqlRevocationChanges::forget_expired(UnixTime now) {
  forget_tokens_.run(now.ms);
  forget_users_.run(now.ms);
}

std::size_t SqlRevocationChanges::count() {
  sql::Rows row = count_.query();
  row.next();
  return static_cast<std::size_t>(row.integer(0));
}

} // namespace mentara::storage
