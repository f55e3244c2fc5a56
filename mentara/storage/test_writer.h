#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "mentara/storage/migrations.h"
#include "mentara/storage/sql_sessions.h"
#include "mentara/storage/sqlite.h"

namespace mentara::storage {

// For tests of the disk's faults: a writer of one conversation in the thread of the test, as the store's own writes.
// What message `n` says follows from `n`, so whoever reads it later knows whether it is true.
class TestWriter {
 public:
  // Few pages between two checkpoints, so that a short test sees some. Throws sqlite::Error, OpenError.
  explicit TestWriter(const std::string& path) {
    auto database = std::make_unique<sqlite::Database>(path);
    migrate(*database, path);
    database->execute("PRAGMA journal_mode = WAL");
    database_ = database.get();
    session_.emplace(std::move(database), end_of_log_);
    database_->execute("PRAGMA wal_autocheckpoint = 30");
    commit_.emplace(*session_);
  }

  sqlite::Database& database() { return *database_; }
  bool healthy() const { return commit_->healthy(); }

  static std::string id_of(int number) { return "m" + std::to_string(number); }
  static std::string content_of(int number) {
    return "text of " + std::to_string(number) + std::string(static_cast<std::size_t>(number) * 37 % 700, '.');
  }

  // Makes the conversation. False: refused.
  bool begin() {
    return add<Position>([](Transaction& transaction) -> wire::Result<Position, Failure> {
             if (const auto there = transaction.find_conversation({"c"})) return Position{0};
             Conversation conversation{.id = {"c"}, .type = ConversationType::GROUP, .created_by = {"ann"}};
             conversation.members = {{{{"ann"}}}, {{{"bob"}}}};
             return transaction.insert_conversation(conversation);
           }) &&
           run() == 1;
  }

  // One group of messages `from` … `to`; which of them were acknowledged.
  std::set<int> send(int from, int to) {
    acknowledged_.clear();
    for (int number = from; number <= to; ++number) {
      add<Position>(
          [number](Transaction& transaction) -> wire::Result<Position, Failure> {
            const auto ann = transaction.find_membership(ConversationId{"c"}, {"ann"});
            if (!ann) return not_found("conversation");
            Message message{
                .id = {id_of(number)}, .conversation_id = {"c"}, .sender = {{"ann"}}, .content = content_of(number)};
            return *transaction.insert_message(*ann, message);
          },
          number);
    }
    run();
    return acknowledged_;
  }

 private:
  template <class T, class Rules>
  bool add(Rules rules, int number = 0) {
    group_.push_back(std::make_unique<RulesUnit<T, Transaction, Rules>>(
        std::move(rules), [this, number](wire::Result<T, Failure> result) {
          if (result) acknowledged_.insert(number);
        }));
    return true;
  }
  std::size_t run() {
    commit_->run(group_);
    for (const auto& unit : group_) unit->done();
    group_.clear();
    return acknowledged_.size();
  }

  EndOfLog end_of_log_;
  sqlite::Database* database_ = nullptr;
  std::optional<SqlWriteSession> session_;
  std::optional<GroupCommit> commit_;
  std::vector<std::unique_ptr<WriteUnit>> group_;
  std::set<int> acknowledged_;
};

// What a database holds: the numbers of its messages, or what is wrong with it.
struct StoredMessages {
  std::set<int> numbers{};
  std::string wrong{}; // empty: nothing
};

inline StoredMessages read_messages(const std::string& path) {
  StoredMessages stored;
  sqlite::Database database(path);
  const auto ask = [&](std::string_view sql) {
    sqlite::Statement statement(database, sql);
    sqlite::Rows row = statement.query();
    return row.next() ? row.text(0) : std::string();
  };
  if (ask("SELECT count(*) FROM sqlite_schema WHERE name = 'messages'") == "0") return stored;
  if (const std::string integrity = ask("PRAGMA integrity_check"); integrity != "ok") stored.wrong = integrity;
  if (ask("SELECT count(*) = ifnull(max(position), 0) AND count(*) = (SELECT last_position FROM log_state) FROM log") !=
      "1") {
    stored.wrong += " the log has a hole;";
  }
  sqlite::Statement messages(database, "SELECT message_id, content, seq FROM messages ORDER BY position");
  sqlite::Rows row = messages.query();
  while (row.next()) {
    const int number = std::stoi(row.text(0).substr(1));
    if (row.text_view(1) != TestWriter::content_of(number)) stored.wrong += " message " + row.text(0) + " is another;";
    stored.numbers.insert(number);
    if (row.integer(2) != static_cast<std::int64_t>(stored.numbers.size())) stored.wrong += " seq has a hole;";
  }
  return stored;
}

} // namespace mentara::storage
