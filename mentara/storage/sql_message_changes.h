#pragma once

#include "mentara/storage/message_changes.h"
#include "mentara/storage/sql.h"
#include "mentara/storage/sql_log.h"
#include "mentara/storage/sql_search.h"

namespace mentara::storage {

class SqlMessageDetails final : public MessageDetails {
 public:
  explicit SqlMessageDetails(sql::Database& database);

  std::vector<Edit> edits(const MessageId& message) override;
  std::vector<Reaction> reactions(const MessageId& message) override;

 private:
  sql::Statement edits_, reactions_;
};

class SqlMessageChanges final : public MessageChanges {
 public:
  SqlMessageChanges(sql::Database& database, SqlLog& log, SqlSearchIndex& search_index);

  Position edit(const Membership& member, const Message& message) override;
  Position erase(const Membership& member, const Message& tombstone) override;
  bool add_reaction(const Membership& member, const MessageId& message, const std::string& emoji) override;
  bool remove_reaction(const Membership& member, const MessageId& message, const std::string& emoji) override;
  Position tell_reactions(const Membership& member, const Message& message,
                          const std::vector<Reaction>& reactions) override;

 private:
  void erase_quotes_from_log(const MessageId& message);

  SqlLog& log_;
  SqlSearchIndex& search_index_;
  sql::Statement keep_text_, edit_;
  sql::Statement erase_, erase_from_log_, quotes_in_log_, rewrite_log_, erase_edits_, erase_reactions_;
  sql::Statement add_reaction_, remove_reaction_;
};

} // namespace mentara::storage
