#pragma once

#include "mentara/domain/user.h"
#include "mentara/storage/sql.h"
#include "mentara/storage/store.h"

namespace mentara::storage {

// The users as the one writer sees them. Throws sql::Error.
class SqlUsers {
 public:
  explicit SqlUsers(sql::Database& database);

  // Whoever is named is a user; what is known of him is filled in.
  UserKey ensure(User& user);
  void learn(const User& user);

 private:
  sql::Statement find_, insert_, learn_;
};

} // namespace mentara::storage
