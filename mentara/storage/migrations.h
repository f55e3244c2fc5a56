#pragma once

#include <span>
#include <string_view>

#include "mentara/storage/sqlite.h"

namespace mentara::storage {

// The text of migrations/NNNN_name.sql, number by number from 1; one that was released never changes.
struct Migration {
  std::string_view name;
  std::string_view sql;
};
std::span<const Migration> all_migrations();

// Brings the schema up to date, each step in a transaction of its own; safe when two processes do it at once. Throws
// OpenError when the database is of a newer program or not ours, sqlite::Error when it fails.
void migrate(sqlite::Database& database, const std::string& path,
             std::span<const Migration> migrations = all_migrations());

} // namespace mentara::storage
