#include "mentara/storage/site_move.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "mentara/storage/data_directory.h"
#include "mentara/storage/migrations.h"
#include "mentara/storage/postgres.h"
#include "mentara/storage/postgres_store.h"
#include "mentara/storage/sqlite.h"

namespace mentara::storage {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct Table {
  std::string name;
  std::vector<std::string> columns;
  std::vector<bool> numbers; // which of them hold integers
};

std::int64_t ask(sql::Database& database, const std::string& question) {
  sql::Statement statement(database, question);
  sql::Rows row = statement.query();
  return row.next() ? row.integer(0) : 0;
}

// In the order in which they were made: what a row refers to is there before it. What the index of the search keeps is
// not moved.
std::vector<Table> tables_of(sqlite::Database& from) {
  std::vector<Table> tables;
  sql::Statement names(from,
                       "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND "
                       "name NOT LIKE 'message_search%' ORDER BY rowid");
  sql::Rows name = names.query();
  while (name.next()) {
    Table table{name.text(0), {}, {}};
    sql::Statement columns(from, "SELECT name, type FROM pragma_table_info(?1) ORDER BY cid");
    sql::Rows column = columns.query(table.name);
    while (column.next()) {
      table.columns.push_back(column.text(0));
      table.numbers.push_back(column.text_view(1) == "INTEGER");
    }
    tables.push_back(std::move(table));
  }
  return tables;
}

std::string joined(const std::vector<std::string>& columns) {
  std::string out;
  for (const std::string& column : columns) out.append(out.empty() ? "" : ", ").append(column);
  return out;
}

// Rows are compared as a set, since the two do not order texts alike: their number, and the sum of their hashes.
struct Digest {
  std::int64_t rows = 0;
  std::uint64_t sum = 0;
  friend bool operator==(const Digest&, const Digest&) = default;
};

class RowHash { // FNV-1a
 public:
  void add(std::string_view bytes) {
    for (const char byte : bytes) add_byte(static_cast<unsigned char>(byte));
    add_byte(bytes.size() & 0xff);
    add_byte(0x1f);
  }
  std::uint64_t value() const { return hash_; }

 private:
  void add_byte(std::uint64_t byte) { hash_ = (hash_ ^ byte) * 0x100000001b3ull; }
  std::uint64_t hash_ = 0xcbf29ce484222325ull;
};

// A column's value as bytes that both databases agree on.
std::string value_of(const sql::Prepared& row, const Table& table, std::size_t i) {
  const int column = static_cast<int>(i);
  if (row.null(column)) return "-";
  return table.numbers[i] ? "n" + std::to_string(row.integer(column)) : "t" + std::string(row.text_view(column));
}

void add_row(Digest& digest, const sql::Prepared& row, const Table& table) {
  RowHash hash;
  for (std::size_t i = 0; i < table.columns.size(); ++i) hash.add(value_of(row, table, i));
  ++digest.rows;
  digest.sum += hash.value();
}

class Report {
 public:
  explicit Report(const Progress& progress) : progress_(progress) {}
  void now_and_then(const std::string& table, std::int64_t rows, const char* what) {
    if (SteadyClock::now() - told_ < std::chrono::seconds(1)) return;
    told_ = SteadyClock::now();
    progress_(table + ": " + std::to_string(rows) + " rows " + what);
  }

 private:
  const Progress& progress_;
  SteadyClock::time_point told_ = SteadyClock::now();
};

Digest copy(sqlite::Database& from, postgres::Database& to, const Table& table, Report& report) {
  std::string places;
  for (std::size_t i = 1; i <= table.columns.size(); ++i) places.append(i == 1 ? "?" : ", ?").append(std::to_string(i));
  const auto rows = from.prepare("SELECT " + joined(table.columns) + " FROM " + table.name);
  const auto insert =
      to.prepare("INSERT INTO " + table.name + " (" + joined(table.columns) + ") VALUES (" + places + ")");
  const auto settle = to.prepare("SELECT 1");
  to.execute("DELETE FROM " + table.name); // the rows that a new schema begins with
  Digest digest;
  while (rows->next()) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const int column = static_cast<int>(i);
      if (rows->null(column)) {
        insert->bind_null(column + 1);
      } else if (table.numbers[i]) {
        insert->bind_integer(column + 1, rows->integer(column));
      } else {
        insert->bind_text(column + 1, rows->text_view(column));
      }
    }
    insert->run();
    add_row(digest, *rows, table);
    // What was sent is answered now and then, so that neither side keeps it all.
    if (digest.rows % 1000 == 0) {
      settle->next();
      settle->reset();
    }
    report.now_and_then(table.name, digest.rows, "copied");
  }
  return digest;
}

Digest read_back(postgres::Database& database, const Table& table, Report& report) {
  database.execute("DECLARE moved NO SCROLL CURSOR FOR SELECT " + joined(table.columns) + " FROM " + table.name);
  const auto fetch = database.prepare("FETCH 1000 FROM moved");
  Digest digest;
  for (std::int64_t before = -1; before != digest.rows;) {
    before = digest.rows;
    while (fetch->next()) add_row(digest, *fetch, table);
    fetch->reset();
    report.now_and_then(table.name, digest.rows, "compared");
  }
  database.execute("CLOSE moved");
  return digest;
}

void expect_empty(postgres::Database& database, const std::string& shown) {
  if (ask(database, "SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM log)") != 0) {
    throw OpenError("The database " + shown + " holds a site already: choose an empty one with database.url.");
  }
}

// What numbers itself goes on above what was copied.
void advance_numbers(postgres::Database& database) {
  std::vector<std::pair<std::string, std::string>> columns;
  {
    sql::Statement identities(database,
                              "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE "
                              "is_identity = 'YES' AND table_schema = current_schema()");
    sql::Rows row = identities.query();
    while (row.next()) columns.emplace_back(row.text(0), row.text(1));
  }
  for (const auto& [table, column] : columns) {
    database.execute("SELECT setval(pg_get_serial_sequence('" + table + "', '" + column +
                     "'), greatest(1, (SELECT max(" + column + ") FROM " + table + ")))");
  }
}

std::string move(const DataDirectory& directory, const std::string& url, const Progress& progress) {
  const std::string shown = shown_url(url);
  sqlite::Database from(directory.database_path());
  migrate(from, directory.database_path());
  postgres::Options patient{.url = url};
  patient.statement_timeout = std::chrono::milliseconds(0);
  patient.answer_timeout = std::chrono::hours(24);
  postgres::Database to(patient);
  migrate(to, shown);
  to.execute("SET idle_in_transaction_session_timeout = 0");

  Report report(progress);
  from.execute("BEGIN");
  to.execute("BEGIN");
  to.execute("SELECT * FROM log_state FOR UPDATE"); // a server that was started on it waits, and finds it full
  expect_empty(to, shown);
  to.execute("ALTER TABLE members DISABLE TRIGGER members_change"); // nobody remembers anything yet
  std::int64_t rows = 0;
  const std::vector<Table> tables = tables_of(from);
  for (const Table& table : tables) {
    const Digest copied = copy(from, to, table, report);
    if (read_back(to, table, report) != copied) {
      throw OpenError("The table " + table.name + " is not the same in " + shown + ": nothing was kept there.");
    }
    progress(table.name + ": " + std::to_string(copied.rows) + " rows, the same on both sides");
    rows += copied.rows;
  }
  advance_numbers(to);
  to.execute("ALTER TABLE members ENABLE TRIGGER members_change");
  to.execute("UPDATE search_state SET indexed_position = 0");
  to.execute("COMMIT");
  return std::to_string(rows) + " rows in " + std::to_string(tables.size()) + " tables were moved to " + shown;
}

} // namespace

std::string move_to_postgres(const std::string& data_directory, const std::string& url, const Progress& progress) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(database_path(data_directory), error)) {
    throw OpenError("There is no database " + database_path(data_directory) + ".");
  }
  const DataDirectory directory(data_directory); // nobody else's from here on
  try {
    return move(directory, url, progress);
  } catch (const sql::Error& failed) {
    throw OpenError("The site cannot be moved to " + shown_url(url) + " (" + failed.what() +
                    "): nothing was kept there.");
  }
}

} // namespace mentara::storage
