#pragma once

#include "mentara/domain/user.h"
#include "mentara/storage/sql.h"

namespace mentara::storage {

// The columns of a user `u` stand together, in this order, wherever one is read.
#define USER_COLUMNS "u.user_id, u.name, u.first_name, u.last_name, u.avatar_url, u.role"
inline constexpr int user_columns = 6;

inline User read_user(const sql::Rows& row, int first) {
  return {{row.text(first)},   row.text(first + 1), row.text(first + 2),
          row.text(first + 3), row.text(first + 4), row.text(first + 5)};
}

} // namespace mentara::storage
