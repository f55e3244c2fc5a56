#pragma once

#include <span>
#include <string>
#include <string_view>

#include "mentara/storage/sql.h"

namespace mentara::storage {

// The text of migrations/NNNN_name.sql, number by number from 1; one that was released never changes. They are written
// for SQLite; PostgreSQL's words for the same are found by migration_text(), and where that is not enough a part of the
// file is for one of them alone, between lines that say "-- sqlite:", "-- postgres:" and "-- both:".
struct Migration {
  std::string_view name;
  std::string_view sql;
};
std::span<const Migration> all_migrations();
std::string migration_text(std::string_view sql, sql::Dialect dialect);

// Brings the schema up to date, each step in a transaction of its own; safe when two processes do it at once (SQLite:
// by its lock; PostgreSQL: by an advisory lock, threats F18). `name`: of the database, for people. Throws OpenError
// when the database is of a newer program or not ours, sql::Error when it fails.
void migrate(sql::Database& database, const std::string& name,
             std::span<const Migration> migrations = all_migrations());

// The number of the last step that was done.
std::size_t schema_version(sql::Database& database);

} // namespace mentara::storage
