#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

// A database that speaks SQL, as the files sql_* ask it: one text for SQLite and PostgreSQL wherever both read it
// alike. The two libraries behind it are sqlite.h and postgres.h. Everything throws Error; whoever opens a session
// catches.
namespace mentara::storage::sql {

enum class ErrorKind {
  cannot_open,
  not_a_database,
  busy,
  full,
  io,
  read_only,
  lost,     // the connection ended: nothing can be said of what was sent last
  conflict, // with another transaction (deadlock, serialization): the whole of it may be tried again
  other
};

class Error : public std::runtime_error {
 public:
  Error(ErrorKind error_kind, const std::string& what) : std::runtime_error(what), kind(error_kind) {}
  const ErrorKind kind;
};

enum class Dialect { sqlite, postgres };

// A statement as its library has it; see Statement and Rows, which are what everybody uses.
class Prepared {
 public:
  virtual ~Prepared() = default;
  virtual void bind_integer(int index, std::int64_t value) = 0;
  virtual void bind_text(int index, std::string_view value) = 0;
  virtual void bind_null(int index) = 0;
  virtual bool next() = 0; // the first call executes it
  virtual void run() = 0;  // executes it and asks for no rows; its failure may come with a later call
  virtual bool null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual std::string_view text_view(int column) const = 0;
  virtual void reset() = 0;
};

// One connection, used by one thread at a time.
class Database {
 public:
  explicit Database(Dialect dialect) : dialect_(dialect) {}
  virtual ~Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Dialect dialect() const { return dialect_; }
  // Others may write to it too: then what was read is only true behind the log's lock.
  virtual bool shared() const = 0;
  // What processes that share it know of each other, as SQL: who this one is, whether the one that a column names is
  // connected, and the milliseconds since 1970 by the database's clock, which is the same for all.
  virtual std::string this_process() const = 0;
  virtual std::string lives(std::string_view holder) const = 0;
  virtual std::string now_ms() const = 0;
  // Where the two differ.
  template <class T>
  T either(T on_sqlite, T on_postgres) const {
    return dialect_ == Dialect::sqlite ? on_sqlite : on_postgres;
  }

  virtual std::unique_ptr<Prepared> prepare(std::string_view sql) = 0; // values are ?1, ?2 …
  virtual void execute(const std::string& sql) = 0;                    // any number of statements, without values
  virtual std::int64_t changes_total() const = 0;                      // grows when something may have been written
  virtual bool in_transaction() const = 0;
  // Before a transaction begins: connects again if the connection was lost.
  virtual void ready() = 0;

 private:
  const Dialect dialect_;
};

// The answer to a query while it is read. Views last until the next call of next().
class Rows {
 public:
  ~Rows() { prepared_.reset(); }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  bool next() { return prepared_.next(); }
  bool null(int column) const { return prepared_.null(column); }
  std::int64_t integer(int column) const { return prepared_.integer(column); } // also of a truth: 0 or 1
  std::string_view text_view(int column) const { return prepared_.text_view(column); }
  std::string text(int column) const { return std::string(text_view(column)); }
  template <class Key> // an enum that wraps an integer
  Key as(int column) const {
    return static_cast<Key>(integer(column));
  }

 private:
  friend class Statement;
  explicit Rows(Prepared& prepared) : prepared_(prepared) {}

  Prepared& prepared_;
};

// Prepared once, used again and again; one use at a time.
class Statement {
 public:
  Statement(Database& database, std::string_view sql) : prepared_(database.prepare(sql)) {}

  // Values for ?1, ?2 …: integers, enums, texts, optionals of these. Texts are not copied: they outlive the Rows.
  template <class... Values>
  [[nodiscard]] Rows query(const Values&... values) {
    bind_all(values...);
    return Rows(*prepared_);
  }
  template <class... Values>
  void run(const Values&... values) {
    bind_all(values...);
    prepared_->run();
  }

 private:
  template <class... Values>
  void bind_all(const Values&... values) {
    [[maybe_unused]] int index = 0;
    (bind(++index, values), ...);
  }
  template <class T>
  void bind(int index, const T& value) {
    if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
      prepared_->bind_integer(index, static_cast<std::int64_t>(value));
    } else {
      prepared_->bind_text(index, std::string_view(value));
    }
  }
  template <class T>
  void bind(int index, const std::optional<T>& value) {
    if (value) {
      bind(index, *value);
    } else {
      prepared_->bind_null(index);
    }
  }

  std::unique_ptr<Prepared> prepared_;
};

} // namespace mentara::storage::sql
