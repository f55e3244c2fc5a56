#include "mentara/storage/sqlite_search.h"

#include <string>

#include "mentara/storage/search_terms.h"

namespace mentara::storage {
namespace {

// One word for each conversation, so that the index finds words and conversation together.
std::string scope_word(std::int64_t conversation_key) { return "c" + std::to_string(conversation_key); }

} // namespace

SqliteMessageSearch::SqliteMessageSearch(sqlite::Database& database)
    : find_(database,
            "SELECT s.rowid, m.message_id FROM message_search s CROSS JOIN messages m ON m.position = s.rowid "
            "WHERE s.message_search MATCH ?1 AND s.rowid < ?2 AND m.seq > ?3 ORDER BY s.rowid DESC LIMIT ?4") {}

std::vector<Hit> SqliteMessageSearch::find(const Membership& reader, std::string_view words, Position before,
                                           std::size_t limit) {
  std::vector<Hit> hits;
  const std::string wanted = match_expression(words);
  if (wanted.empty()) return hits;
  std::string expression("scope:");
  expression.append(scope_word(static_cast<std::int64_t>(reader.conversation_key))).append(" AND ").append(wanted);
  sqlite::Rows row = find_.query(expression, before, reader.visible_above(), limit);
  while (row.next()) hits.push_back({row.integer(0), {row.text(1)}});
  return hits;
}

SqliteSearchIndex::SqliteSearchIndex(sqlite::Database& database)
    : next_(database,
            "SELECT position, conversation_key, content FROM messages WHERE position > "
            "(SELECT indexed_position FROM search_state) ORDER BY position LIMIT ?1"),
      insert_(database, "INSERT INTO message_search (rowid, scope, terms) VALUES (?1, ?2, ?3)"),
      // A contentless table is told what it holds.
      delete_(database,
              "INSERT INTO message_search (message_search, rowid, scope, terms) VALUES ('delete', ?1, ?2, ?3)"),
      indexed_(database,
               "SELECT position, conversation_key, content FROM messages WHERE message_id = ?1 AND content <> '' AND "
               "position <= (SELECT indexed_position FROM search_state)"),
      advance_(database, "UPDATE search_state SET indexed_position = ?1") {}

bool SqliteSearchIndex::index_more(std::size_t rows_max) {
  Position last = 0;
  std::size_t rows = 0;
  {
    sqlite::Rows row = next_.query(rows_max);
    for (; row.next(); ++rows) {
      last = row.integer(0);
      if (row.text_view(2).empty()) continue; // deleted, or attachments alone
      const std::string scope = scope_word(row.integer(1)), terms = index_terms(row.text_view(2));
      insert_.run(last, scope, terms);
    }
  }
  if (rows > 0) advance_.run(last);
  return rows == rows_max;
}

void SqliteSearchIndex::forget(const MessageId& message) {
  sqlite::Rows row = indexed_.query(message.value);
  if (!row.next()) return;
  const std::string scope = scope_word(row.integer(1)), terms = index_terms(row.text_view(2));
  delete_.run(row.integer(0), scope, terms);
}

void SqliteSearchIndex::index_again(const MessageId& message) {
  sqlite::Rows row = indexed_.query(message.value);
  if (!row.next()) return;
  const std::string scope = scope_word(row.integer(1)), terms = index_terms(row.text_view(2));
  insert_.run(row.integer(0), scope, terms);
}

} // namespace mentara::storage
