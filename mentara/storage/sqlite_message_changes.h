#pragma once

#include "mentara/storage/message_changes.h"
#include "mentara/storage/sqlite.h"
#include "mentara/storage/sqlite_log.h"
#include "mentara/storage/sqlite_search.h"

namespace mentara::storage {

class SqliteMessageDetails final : public MessageDetails {
 public:
  explicit SqliteMessageDetails(sqlite::Database& database);

  std::vector<Edit> edits(const MessageId& message) override;
  std::vector<Reaction> reactions(const MessageId& message) override;

 private:
  sqlite::Statement edits_, reactions_;
};

class SqliteMessageChanges final : public MessageChanges {
 public:
  SqliteMessageChanges(sqlite::Database& database, SqliteLog& log, SqliteSearchIndex& search_index);

  Position edit(const Membership& member, const Message& message) override;
  Position erase(const Membership& member, const Message& tombstone) override;
  bool add_reaction(const Membership& member, const MessageId& message, const std::string& emoji) override;
  bool remove_reaction(const Membership& member, const MessageId& message, const std::string& emoji) override;
  Position tell_reactions(const Membership& member, const Message& message,
                          const std::vector<Reaction>& reactions) override;

 private:
  SqliteLog& log_;
  SqliteSearchIndex& search_index_;
  sqlite::Statement keep_text_, edit_;
  sqlite::Statement erase_, erase_from_log_, erase_quotes_from_log_, erase_edits_, erase_reactions_;
  sqlite::Statement add_reaction_, remove_reaction_;
};

} // namespace mentara::storage
