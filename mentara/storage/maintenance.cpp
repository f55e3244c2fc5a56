#include "mentara/storage/maintenance.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <future>
#include <memory>
#include <system_error>

#include "mentara/storage/data_directory.h"
#include "mentara/storage/migrations.h"
#include "mentara/storage/sqlite.h"

namespace mentara::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t damages_max = 100;

// Each asks for what must not be; a row is a sentence.
constexpr std::string_view invariants[] = {
    "SELECT 'the log has ' || count(*) || ' rows, but ends at ' || (SELECT last_position FROM log_state) FROM log "
    "HAVING count(*) <> (SELECT last_position FROM log_state) OR ifnull(max(position), 0) <> count(*)",

    "SELECT 'conversation ' || c.conversation_id || ' has ' || count(m.seq) || ' messages up to number ' || "
    "ifnull(max(m.seq), 0) || ', and should have ' || c.last_seq FROM conversations c LEFT JOIN messages m "
    "USING (conversation_key) GROUP BY c.conversation_key "
    "HAVING count(m.seq) <> c.last_seq OR ifnull(max(m.seq), 0) <> c.last_seq OR ifnull(min(m.seq), 1) <> 1",

    "SELECT 'message ' || m.message_id || ' is not in the log' FROM messages m LEFT JOIN log l USING (position) "
    "WHERE l.position IS NULL OR l.scope <> m.conversation_key",

    "SELECT 'member ' || u.user_id || ' of conversation ' || c.conversation_id || ' has read ' || m.read_seq || "
    "', was given ' || m.delivered_seq || ' and joined at ' || m.joined_seq || ' of ' || c.last_seq "
    "FROM members m JOIN users u USING (user_key) JOIN conversations c USING (conversation_key) "
    "WHERE min(m.read_seq, m.delivered_seq, m.joined_seq) < 0 OR "
    "max(m.read_seq, m.delivered_seq, m.joined_seq) > c.last_seq",

    "SELECT 'conversation ' || c.conversation_id || ' is of two, and has ' || count(m.user_key) || ' members' "
    "FROM directs d JOIN conversations c USING (conversation_key) LEFT JOIN members m USING (conversation_key) "
    "GROUP BY d.conversation_key HAVING count(m.user_key) <> 2",
};

std::string ask(sqlite::Database& database, std::string_view sql) {
  sqlite::Statement statement(database, sql);
  sqlite::Rows row = statement.query();
  return row.next() ? row.text(0) : std::string();
}

[[noreturn]] void fail_to(const std::string& what, const std::string& path, const std::string& why) {
  throw OpenError("Cannot " + what + " " + path + " (" + why + ").");
}

void expect_file(const std::string& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error) || fs::file_size(path, error) == 0) {
    throw OpenError("There is no database " + path + ".");
  }
}

// Every page read, every row asked about.
std::vector<std::string> find_damage(sqlite::Database& database) {
  std::vector<std::string> found;
  const auto collect = [&](std::string_view sql) {
    sqlite::Statement statement(database, sql);
    sqlite::Rows row = statement.query();
    while (found.size() < damages_max && row.next()) found.push_back(row.text(0));
  };
  collect("SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'");
  if (!found.empty()) return found;
  const auto schema = static_cast<std::size_t>(std::stoul(ask(database, "PRAGMA user_version")));
  if (schema != all_migrations().size()) {
    return {"its schema is number " + std::to_string(schema) + ", this program's is " +
            std::to_string(all_migrations().size()) + "; the file itself is sound"};
  }
  collect(
      "SELECT 'a row of ' || \"table\" || ' names a row of ' || parent || ' that is not there' "
      "FROM pragma_foreign_key_check");
  for (const std::string_view sql : invariants) collect(sql);
  return found;
}

// A file of its owner's alone, and gone again unless it is kept.
class Draft {
 public:
  explicit Draft(std::string path) : path_(std::move(path)) {
    fs::remove(path_, error_); // of a process that died here
    const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) fail_to("write", path_, std::strerror(errno));
    ::close(file);
  }
  ~Draft() {
    if (!path_.empty()) fs::remove(path_, error_);
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  const std::string& path() const { return path_; }

  // On the disk under its name, whatever happens next.
  void keep_as(const std::string& name) {
    sync(path_);
    fs::rename(path_, name, error_);
    if (error_) fail_to("write", name, error_.message());
    path_.clear();
    const fs::path folder = fs::path(name).parent_path();
    sync(folder.empty() ? "." : folder.string());
  }

 private:
  static void sync(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = file >= 0 && ::fsync(file) == 0;
    const int error = errno;
    if (file >= 0) ::close(file);
    if (!synced) fail_to("write", path, std::strerror(error));
  }

  std::string path_;
  std::error_code error_;
};

// What was committed at one moment, page by page in order and without the gaps of what was deleted.
void copy(sqlite::Database& from, const std::string& to, const Progress& progress) {
  sqlite::Statement statement(from, "VACUUM INTO ?1");
  auto copied = std::async(std::launch::async, [&] { statement.run(to); });
  while (copied.wait_for(std::chrono::seconds(1)) != std::future_status::ready) {
    std::error_code error;
    const auto size = fs::file_size(to, error);
    if (!error) progress(std::to_string(size / 1'000'000) + " MB copied");
  }
  copied.get();
}

void expect_sound(const std::string& path, const std::string& name) {
  sqlite::Database database(path);
  const std::vector<std::string> found = find_damage(database);
  if (!found.empty()) throw OpenError("The database " + name + " is damaged: " + found.front() + ".");
}

template <class Do>
auto translated(const std::string& path, Do act) {
  try {
    return act();
  } catch (const sqlite::Error& error) {
    throw OpenError("The database " + path + " cannot be used (" + error.what() + ").");
  }
}

} // namespace

void back_up(const std::string& data_directory, const std::string& to, const Progress& progress) {
  const std::string from = database_path(data_directory);
  expect_file(from);
  if (fs::exists(to)) throw OpenError("There is a file " + to + " already: choose another name for the backup.");
  translated(from, [&] {
    Draft draft(to + ".part");
    {
      sqlite::Database database(from);
      database.execute("PRAGMA busy_timeout = 10000");
      copy(database, draft.path(), progress);
    }
    expect_sound(draft.path(), from);
    draft.keep_as(to);
  });
}

std::string restore(const std::string& from, const std::string& data_directory, bool force, const Progress& progress) {
  expect_file(from);
  const DataDirectory directory(data_directory); // nobody else's from here on
  const std::string path = directory.database_path();
  const bool is_there = fs::file_size(path) > 0;
  if (is_there && !force) {
    throw OpenError("There is a database " + path + " already: --force replaces it, and keeps it beside the new one.");
  }
  return translated(from, [&] {
    Draft draft(path + ".restoring");
    {
      sqlite::Database backup(from);
      copy(backup, draft.path(), progress);
    }
    {
      sqlite::Database database(draft.path());
      migrate(database, draft.path());
      database.execute("UPDATE log_state SET epoch = lower(hex(randomblob(7)))");
    }
    expect_sound(draft.path(), from);

    std::string kept;
    if (is_there) {
      for (int number = 1; kept.empty() || fs::exists(kept); ++number)
        kept = path + ".replaced-" + std::to_string(number);
      if (fs::exists(path + "-wal")) fs::rename(path + "-wal", kept + "-wal"); // it may hold the newest of the old one
      fs::rename(path, kept);
    }
    fs::remove(path + "-shm");
    draft.keep_as(path);
    return kept;
  });
}

std::vector<std::string> find_damage(const std::string& database_path) {
  expect_file(database_path);
  try {
    sqlite::Database database(database_path);
    database.execute("PRAGMA query_only = ON; PRAGMA busy_timeout = 10000");
    return find_damage(database);
  } catch (const sqlite::Error& error) {
    return {error.what()};
  }
}

} // namespace mentara::storage
