#include "mentara/storage/postgres.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>
#include <utility>

#include "mentara/storage/postgres_text.h"
#include "wire/base/check.h"
#include "wire/base/random.h"

namespace mentara::storage::postgres {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

namespace {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

// PostgreSQL's Appendix A: the class is the first two characters.
ErrorKind kind_of(std::string_view state) {
  const std::string_view family = state.substr(0, 2);
  if (family == "40") return ErrorKind::conflict; // serialization failure, deadlock
  if (family == "08" || state == "57P01" || state == "57P02" || state == "57P03" || state == "25P03")
    return ErrorKind::lost; // the connection, or the server goes or comes
  if (state == "53100") return ErrorKind::full;
  if (family == "53" || state == "55P03" || state == "57014") return ErrorKind::busy; // resources, lock, timeout
  if (state == "25006") return ErrorKind::read_only;
  if (family == "28" || family == "3D") return ErrorKind::cannot_open; // authorization, no such database
  if (family == "58") return ErrorKind::io;
  return ErrorKind::other;
}

// Its texts end with a line break.
std::string trimmed(const char* text) {
  std::string out(text ? text : "");
  while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) out.pop_back();
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

// Without its details, which may hold what people wrote (threats S2).
std::string reason(const PGresult* failed) {
  const char* primary = PQresultErrorField(failed, PG_DIAG_MESSAGE_PRIMARY);
  const char* state = PQresultErrorField(failed, PG_DIAG_SQLSTATE);
  if (!primary) return trimmed(PQresultErrorMessage(failed));
  return std::string(primary).append(" (PostgreSQL error ").append(state ? state : "unknown").append(")");
}

constexpr unsigned type_bool = 16, type_int8 = 20, type_int2 = 21, type_int4 = 23;

template <class T>
T big_endian(const char* bytes) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(value << 8 | static_cast<unsigned char>(bytes[i]));
  return value;
}

bool begins_with_word(std::string_view sql, std::string_view word) { return sql.starts_with(word); }

} // namespace

class Prepared;

struct Database::Impl {
  explicit Impl(Options its_options) : options(std::move(its_options)) {}
  ~Impl() { PQfinish(connection); }

  void connect();
  void disconnect() {
    PQfinish(std::exchange(connection, nullptr));
    expected.clear();
    transaction = false;
  }
  [[noreturn]] void lose(const std::string& why) {
    disconnect();
    throw Error(ErrorKind::lost, why);
  }
  std::string connection_error() const { return trimmed(connection ? PQerrorMessage(connection) : "not connected"); }
  void expect_connection() {
    if (!connection) throw Error(ErrorKind::lost, "there is no connection to PostgreSQL");
  }

  bool wait(short events, milliseconds patience);
  void flush();
  Result take();
  void send(Prepared& prepared, bool wants_rows);
  Result finish();
  void drain();
  [[noreturn]] void recover(Result failed);

  const Options options;
  PGconn* connection = nullptr;
  int generation = 0; // of the connection: what was prepared in another is not known in this one
  int names = 0;
  bool transaction = false;
  std::int64_t changes = 0;
  milliseconds pause{0};
  SteadyClock::time_point next_attempt{};

  struct Expected {
    enum class Kind { parse, run, rows, sync } kind;
    Prepared* prepared;
  };
  std::deque<Expected> expected; // answers, in the order of their questions
};

class Prepared final : public sql::Prepared {
 public:
  Prepared(Database::Impl& database, std::string_view sql)
      : database_(database), sql_(numbered_with_dollars(sql)), name_("s" + std::to_string(++database.names)) {
    if (begins_with_word(sql_, "BEGIN")) {
      role_ = Role::begin;
    } else if (begins_with_word(sql_, "COMMIT") || begins_with_word(sql_, "ROLLBACK")) {
      role_ = Role::end;
    } else if (!begins_with_word(sql_, "SELECT")) {
      role_ = Role::write;
    }
  }
  ~Prepared() override {
    for (auto& expected : database_.expected) {
      if (expected.prepared == this) expected.prepared = nullptr;
    }
  }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  void bind_integer(int index, std::int64_t value) override {
    Value& slot = at(index);
    char* const end = std::to_chars(slot.digits.data(), slot.digits.data() + slot.digits.size() - 1, value).ptr;
    *end = '\0';
    slot.is_integer = true;
    fill(index, slot.digits.data(), static_cast<int>(end - slot.digits.data()), 0);
  }
  void bind_text(int index, std::string_view value) override {
    Value& slot = at(index);
    slot.is_integer = false;
    if (needs_escape(value)) {
      slot.escaped = escape_text(value);
      value = slot.escaped;
    }
    fill(index, value.data() ? value.data() : "", static_cast<int>(value.size()));
  }
  void bind_null(int index) override {
    at(index).is_integer = false;
    fill(index, nullptr, 0);
  }

  bool next() override {
    decoded_.clear();
    if (!result_) {
      database_.send(*this, true);
      result_ = database_.finish();
      row_ = -1;
      // Whatever returns what it writes has written nothing.
      if (role_ == Role::write && PQntuples(result_.get()) == 0) --database_.changes;
    }
    return ++row_ < PQntuples(result_.get());
  }
  void run() override { database_.send(*this, false); }
  void reset() override {
    result_.reset();
    decoded_.clear();
  }

  bool null(int column) const override { return PQgetisnull(result_.get(), row_, column) != 0; }
  std::int64_t integer(int column) const override {
    if (null(column)) return 0;
    const char* bytes = PQgetvalue(result_.get(), row_, column);
    switch (PQftype(result_.get(), column)) {
      case type_bool:
        return *bytes != 0;
      case type_int2:
        return static_cast<std::int16_t>(big_endian<std::uint16_t>(bytes));
      case type_int4:
        return static_cast<std::int32_t>(big_endian<std::uint32_t>(bytes));
      case type_int8:
        return static_cast<std::int64_t>(big_endian<std::uint64_t>(bytes));
      default:
        wire::check(false, "a column that is read as a number is one");
        return 0;
    }
  }
  std::string_view text_view(int column) const override {
    if (null(column)) return "";
    switch (PQftype(result_.get(), column)) {
      case type_bool:
      case type_int2:
      case type_int4:
      case type_int8:
        return decoded_.emplace_back(std::to_string(integer(column)));
      default:
        break;
    }
    const std::string_view text(PQgetvalue(result_.get(), row_, column),
                                static_cast<std::size_t>(PQgetlength(result_.get(), row_, column)));
    return is_escaped(text) ? decoded_.emplace_back(unescape_text(text)) : text;
  }

 private:
  friend struct Database::Impl;

  enum class Role { read, write, begin, end };
  enum class State { unknown, sent, known };
  struct Value {
    std::array<char, 24> digits{};
    std::string escaped{};
    bool is_integer = false;
  };

  Value& at(int index) {
    const auto size = static_cast<std::size_t>(index);
    if (values_.size() < size) {
      values_.resize(size);
      pointers_.resize(size);
      lengths_.resize(size);
      formats_.resize(size);
    }
    return values_[size - 1];
  }
  // Integers go as text (format 0), which every number type reads; texts as they are (1): their length counts.
  void fill(int index, const char* bytes, int length, int format = 1) {
    const auto i = static_cast<std::size_t>(index) - 1;
    pointers_[i] = bytes;
    lengths_[i] = length;
    formats_[i] = format;
  }

  Database::Impl& database_;
  const std::string sql_, name_;
  Role role_ = Role::read;
  State state_ = State::unknown;
  int generation_ = 0;       // of the connection that it is prepared in
  std::deque<Value> values_; // nothing moves when it grows
  std::vector<const char*> pointers_;
  std::vector<int> lengths_, formats_;
  Result result_;
  int row_ = -1;
  mutable std::deque<std::string> decoded_; // of the row
};

// --- the connection ---

void Database::Impl::connect() {
  disconnect();
  const auto now = SteadyClock::now();
  if (now < next_attempt) throw Error(ErrorKind::lost, "PostgreSQL could not be reached; it is tried again soon");
  // What comes before `dbname` is overridden by what stands in it.
  const char* keys[] = {"connect_timeout",           "keepalives_idle",  "keepalives_interval",
                        "keepalives_count",          "tcp_user_timeout", "dbname",
                        "fallback_application_name", "client_encoding",  nullptr};
  const char* values[] = {"3", "5", "2", "3", "10000", options.url.c_str(), "mentara", "UTF8", nullptr};
  connection = PQconnectdbParams(keys, values, 1);
  const auto fail = [&] {
    const std::string why = connection_error();
    disconnect();
    pause = std::clamp(2 * pause, reconnect_pause_min, reconnect_pause_max);
    // Many that lost it at once do not come back at once.
    next_attempt = now + pause / 2 + milliseconds(wire::random_u64() % static_cast<std::uint64_t>(pause.count()));
    throw Error(ErrorKind::cannot_open, why);
  };
  if (!connection || PQstatus(connection) != CONNECTION_OK) fail();
  PQsetNoticeProcessor(
      connection, [](void*, const char*) {}, nullptr);

  // Every question is written for its index and for the order in which it stands, and asked again and again: no plan is
  // made twice, and none depends on what the statistics say today.
  std::string settings =
      "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off; "
      "SET enable_mergejoin = off; SET join_collapse_limit = 1; SET from_collapse_limit = 1; SET jit = off; "
      "SET max_parallel_workers_per_gather = 0; SET idle_in_transaction_session_timeout = 5000; "
      "SET statement_timeout = " +
      std::to_string(options.statement_timeout.count()) +
      "; SET lock_timeout = " + std::to_string(options.statement_timeout.count()) + ";";
  if (!options.read_only)
    settings +=
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';";
  if (options.read_only) settings += "SET default_transaction_read_only = on;";
  const auto command = [&](const char* sql) {
    const Result result(PQexec(connection, sql));
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail();
  };
  command(settings.c_str());
  const char* name = options.name.c_str();
  if (!options.name.empty()) {
    // A connection of ours that the network cut may still hold the lock of the log (threats F7, F8).
    const Result ended(
        PQexecParams(connection,
                     "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 "
                     "AND usename = current_user AND pid <> pg_backend_pid()",
                     1, nullptr, &name, nullptr, nullptr, 0));
    const Result named(PQexecParams(connection, "SELECT set_config('application_name', $1, false)", 1, nullptr, &name,
                                    nullptr, nullptr, 0));
    if (PQresultStatus(ended.get()) != PGRES_TUPLES_OK || PQresultStatus(named.get()) != PGRES_TUPLES_OK) fail();
  }
  if (PQsetnonblocking(connection, 1) != 0 || PQenterPipelineMode(connection) != 1) fail();
  ++generation;
  pause = milliseconds(0);
  next_attempt = {};
}

bool Database::Impl::wait(short events, milliseconds patience) {
  pollfd descriptor{PQsocket(connection), events, 0};
  return ::poll(&descriptor, 1, static_cast<int>(patience.count())) > 0;
}

void Database::Impl::flush() {
  for (int left; (left = PQflush(connection)) != 0;) {
    if (left < 0) lose(connection_error());
    if (!wait(POLLIN | POLLOUT, options.answer_timeout)) lose("PostgreSQL took nothing for too long");
    if (PQconsumeInput(connection) == 0) lose(connection_error());
  }
}

Result Database::Impl::take() {
  while (PQisBusy(connection)) {
    if (!wait(POLLIN, options.answer_timeout)) lose("PostgreSQL did not answer in time");
    if (PQconsumeInput(connection) == 0) lose(connection_error());
  }
  return Result(PQgetResult(connection));
}

void Database::Impl::send(Prepared& prepared, bool wants_rows) {
  using Kind = Expected::Kind;
  expect_connection();
  const auto count = static_cast<int>(prepared.values_.size());
  if (prepared.generation_ != generation) {
    prepared.generation_ = generation;
    prepared.state_ = Prepared::State::unknown;
  }
  if (prepared.state_ == Prepared::State::unknown) {
    std::vector<Oid> types; // what is a number is one everywhere, what is a text is taken for what it is compared with
    for (const auto& value : prepared.values_) types.push_back(value.is_integer ? type_int8 : 0);
    if (PQsendPrepare(connection, prepared.name_.c_str(), prepared.sql_.c_str(), count, types.data()) != 1)
      lose(connection_error());
    prepared.state_ = Prepared::State::sent;
    expected.push_back({Kind::parse, &prepared});
  }
  if (PQsendQueryPrepared(connection, prepared.name_.c_str(), count, prepared.pointers_.data(),
                          prepared.lengths_.data(), prepared.formats_.data(), 1) != 1)
    lose(connection_error());
  if (prepared.role_ == Prepared::Role::begin) transaction = true;
  if (prepared.role_ == Prepared::Role::end) transaction = false;
  if (prepared.role_ == Prepared::Role::write) ++changes;
  expected.push_back({wants_rows ? Kind::rows : Kind::run, &prepared});
  // Also within a transaction what is asked ends with a synchronization: only then does PostgreSQL count how long it
  // has been idle, and cuts a node that was frozen with the log's lock (threats F8).
  if (!transaction || wants_rows) {
    if (PQpipelineSync(connection) != 1) lose(connection_error());
    expected.push_back({Kind::sync, nullptr});
    flush();
  }
  if (!transaction && !wants_rows && prepared.role_ != Prepared::Role::end) finish();
}

// Everything that was asked is answered; the rows of the one that wanted some.
Result Database::Impl::finish() {
  using Kind = Expected::Kind;
  Result rows;
  bool refused = false;
  while (!expected.empty()) {
    const Expected next = expected.front();
    Result result = take();
    const auto status = PQresultStatus(result.get());
    if (!result || PQstatus(connection) == CONNECTION_BAD) lose(connection_error());
    if (next.kind == Kind::sync && status == PGRES_PIPELINE_SYNC) {
      expected.pop_front();
      continue;
    }
    // Also where nothing but the end of the questions is awaited: what is checked at a commit fails there, and a
    // backend is ended there (threats F7).
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) recover(std::move(result));
    if (next.kind == Kind::sync) lose("PostgreSQL answered what was not asked");
    if (next.kind == Kind::parse && next.prepared) next.prepared->state_ = Prepared::State::known;
    // A COMMIT of what has failed before is no error to PostgreSQL.
    refused = refused || (next.kind == Kind::rows && next.prepared && begins_with_word(next.prepared->sql_, "COMMIT") &&
                          std::string_view(PQcmdStatus(result.get())) == "ROLLBACK");
    if (next.kind == Kind::rows) rows = std::move(result);
    expected.pop_front();
    while (take()) { // until the null that ends an answer
    }
  }
  if (refused) throw Error(ErrorKind::other, "the transaction had failed before its commit");
  return rows;
}

// Nothing is pending, whatever became of it.
void Database::Impl::drain() {
  expect_connection();
  if (expected.empty()) return;
  if (expected.back().kind != Expected::Kind::sync) {
    if (PQpipelineSync(connection) != 1) lose(connection_error());
    expected.push_back({Expected::Kind::sync, nullptr});
    flush();
  }
  try {
    finish();
  } catch (const Error& error) {
    if (error.kind == ErrorKind::lost) throw;
  }
}

// After a failure the server passes over everything up to the next synchronization.
void Database::Impl::recover(Result failed) {
  const char* state = PQresultErrorField(failed.get(), PG_DIAG_SQLSTATE);
  const std::string why = reason(failed.get());
  const ErrorKind kind = state ? kind_of(state) : ErrorKind::lost;
  failed.reset();
  if (kind == ErrorKind::lost || PQstatus(connection) == CONNECTION_BAD) lose(why);
  for (const Expected& pending : expected) {
    if (pending.kind == Expected::Kind::parse && pending.prepared) pending.prepared->state_ = Prepared::State::unknown;
  }
  const auto syncs_sent = std::count_if(expected.begin(), expected.end(),
                                        [](const Expected& one) { return one.kind == Expected::Kind::sync; });
  if (syncs_sent == 0) {
    if (PQpipelineSync(connection) != 1) lose(connection_error());
    flush();
  }
  for (auto left = std::max<std::ptrdiff_t>(1, syncs_sent); left > 0;) {
    const Result result = take();
    if (result && PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) --left;
    if (PQstatus(connection) == CONNECTION_BAD) lose(connection_error());
  }
  expected.clear();
  transaction = PQtransactionStatus(connection) != PQTRANS_IDLE;
  throw Error(kind, why);
}

// --- the public face ---

Database::Database(Options options)
    : sql::Database(sql::Dialect::postgres), impl_(std::make_unique<Impl>(std::move(options))) {
  impl_->connect();
}

Database::~Database() = default;

std::unique_ptr<sql::Prepared> Database::prepare(std::string_view sql) {
  return std::make_unique<Prepared>(*impl_, sql);
}

void Database::execute(const std::string& sql) {
  impl_->drain();
  if (PQexitPipelineMode(impl_->connection) != 1 || PQsetnonblocking(impl_->connection, 0) != 0)
    impl_->lose(impl_->connection_error());
  const Result result(PQexec(impl_->connection, sql.c_str()));
  const auto status = PQresultStatus(result.get());
  if (PQstatus(impl_->connection) == CONNECTION_BAD) impl_->lose(impl_->connection_error());
  impl_->transaction = PQtransactionStatus(impl_->connection) != PQTRANS_IDLE;
  const bool ready = PQsetnonblocking(impl_->connection, 1) == 0 && PQenterPipelineMode(impl_->connection) == 1;
  if (!ready) impl_->lose(impl_->connection_error());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) return;
  const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
  throw Error(state ? kind_of(state) : ErrorKind::other, reason(result.get()));
}

std::int64_t Database::changes_total() const { return impl_->changes; }

bool Database::in_transaction() const { return impl_->connection && impl_->transaction; }

void Database::ready() {
  if (!impl_->connection) impl_->connect();
}

bool Database::connected() const { return impl_->connection != nullptr; }

std::vector<std::string> Database::announced(milliseconds patience) {
  impl_->expect_connection();
  std::vector<std::string> texts;
  const auto collect = [&] {
    while (PGnotify* notice = PQnotifies(impl_->connection)) {
      texts.emplace_back(notice->extra);
      PQfreemem(notice);
    }
  };
  collect();
  if (texts.empty() && impl_->wait(POLLIN, patience)) {
    if (PQconsumeInput(impl_->connection) == 0) impl_->lose(impl_->connection_error());
    collect();
  }
  return texts;
}

} // namespace mentara::storage::postgres
