#pragma once

#include "mentara/domain/user.h"
#include "mentara/storage/sqlite.h"
#include "mentara/storage/store.h"

namespace mentara::storage {

// The users as the one writer sees them. Throws sqlite::Error.
class SqliteUsers {
 public:
  explicit SqliteUsers(sqlite::Database& database);

  // Whoever is named is a user; what is known of him is filled in.
  UserKey ensure(User& user);
  void learn(const User& user);

 private:
  sqlite::Statement find_, insert_, learn_;
};

} // namespace mentara::storage
