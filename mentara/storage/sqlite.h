#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

struct sqlite3;
struct sqlite3_stmt;

// SQLite as we use it; the one place that calls the library. Everything throws Error; whoever opens a session catches.
namespace mentara::storage::sqlite {

enum class ErrorKind { cannot_open, not_a_database, busy, full, io, read_only, other };

class Error : public std::runtime_error {
 public:
  Error(ErrorKind error_kind, const std::string& what) : std::runtime_error(what), kind(error_kind) {}
  const ErrorKind kind;
};

// One connection, used by one thread at a time.
class Database {
 public:
  explicit Database(const std::string& path); // made when it does not exist
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void execute(const std::string& sql); // any number of statements
  std::int64_t changes_total() const;   // rows written since it was opened
  bool in_transaction() const;

 private:
  friend class Statement;
  friend class Rows;
  [[noreturn]] void fail(int code) const;

  sqlite3* handle_ = nullptr;
};

// The answer to a query while it is read. Views last until the next call of next().
class Rows {
 public:
  ~Rows();
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  bool next();
  bool null(int column) const;
  std::int64_t integer(int column) const;
  std::string_view text_view(int column) const;
  std::string text(int column) const { return std::string(text_view(column)); }
  template <class Key> // an enum that wraps an integer
  Key as(int column) const {
    return static_cast<Key>(integer(column));
  }

 private:
  friend class Statement;
  explicit Rows(Database& database, sqlite3_stmt* handle) : database_(database), handle_(handle) {}

  Database& database_;
  sqlite3_stmt* handle_;
};

// Prepared once, used again and again; one use at a time.
class Statement {
 public:
  Statement(Database& database, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Values for ?1, ?2 …: integers, enums, texts, optionals of these. Texts are not copied: they outlive the Rows.
  template <class... Values>
  [[nodiscard]] Rows query(const Values&... values) {
    int index = 0;
    (bind(++index, values), ...);
    return Rows(database_, handle_);
  }
  template <class... Values>
  void run(const Values&... values) {
    Rows rows = query(values...);
    while (rows.next()) {
    }
  }

 private:
  template <class T>
  void bind(int index, const T& value) {
    if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
      bind_integer(index, static_cast<std::int64_t>(value));
    } else {
      bind_text(index, std::string_view(value));
    }
  }
  template <class T>
  void bind(int index, const std::optional<T>& value) {
    if (value) {
      bind(index, *value);
    } else {
      bind_null(index);
    }
  }
  void bind_integer(int index, std::int64_t value);
  void bind_text(int index, std::string_view value);
  void bind_null(int index);

  Database& database_;
  sqlite3_stmt* handle_ = nullptr;
};

} // namespace mentara::storage::sqlite
