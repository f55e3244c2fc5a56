#include "mentara/storage/sql_search.h"

#include <string>

#include "mentara/storage/search_terms.h"

namespace mentara::storage {
namespace {

// FTS5 keeps a column for the conversation and one for the words, and is told what it held when that is forgotten;
// PostgreSQL has both in one vector. Values: 1 the position, 2 the conversation's word, 3 the message's words.
#define FTS5_INSERT "INSERT INTO message_search (rowid, scope, terms) VALUES (?1, ?2, ?3)"
#define FTS5_DELETE "INSERT INTO message_search (message_search, rowid, scope, terms) VALUES ('delete', ?1, ?2, ?3)"
#define FTS5_FIND                                                                                            \
  "SELECT s.rowid, m.message_id FROM message_search s CROSS JOIN messages m WHERE m.position = s.rowid AND " \
  "s.message_search MATCH ?1 AND s.rowid < ?2 AND m.seq > ?3 ORDER BY s.rowid DESC LIMIT ?4"

#define VECTOR_INSERT "INSERT INTO message_search (position, terms) VALUES (?1, folded(?2 || ?3)::tsvector)"
#define VECTOR_DELETE "DELETE FROM message_search WHERE position = ?1 AND ?2 || ?3 IS NOT NULL"
// OFFSET 0 keeps the planner from walking through all positions in search of the words.
#define VECTOR_FIND                                                                                            \
  "SELECT s.position, m.message_id FROM "                                                                      \
  "(SELECT position FROM message_search WHERE terms @@ folded(?1)::tsquery OFFSET 0) s CROSS JOIN messages m " \
  "WHERE m.position = s.position AND s.position < ?2 AND m.seq > ?3 ORDER BY s.position DESC LIMIT ?4"

SearchWords words_of(const sql::Database& database) {
  return database.either(SearchWords{scope_word, index_terms, match_expression},
                         SearchWords{vector_scope, vector_terms, vector_query});
}

} // namespace

SqlMessageSearch::SqlMessageSearch(sql::Database& database)
    : words_(words_of(database)), find_(database, database.either(FTS5_FIND, VECTOR_FIND)) {}

std::vector<Hit> SqlMessageSearch::find(const Membership& reader, std::string_view words, Position before,
                                        std::size_t limit) {
  std::vector<Hit> hits;
  const std::string query = words_.query(static_cast<std::int64_t>(reader.conversation_key), words);
  if (query.empty()) return hits;
  sql::Rows row = find_.query(query, before, reader.visible_above(), limit);
  while (row.next()) hits.push_back({row.integer(0), {row.text(1)}});
  return hits;
}

SqlSearchIndex::SqlSearchIndex(sql::Database& database)
    : words_(words_of(database)),
      next_(database,
            "SELECT position, conversation_key, content FROM messages WHERE position > "
            "(SELECT indexed_position FROM search_state) ORDER BY position LIMIT ?1"),
      insert_(database, database.either(FTS5_INSERT, VECTOR_INSERT)),
      delete_(database, database.either(FTS5_DELETE, VECTOR_DELETE)),
      indexed_(database,
               "SELECT position, conversation_key, content FROM messages WHERE message_id = ?1 AND content <> '' AND "
               "position <= (SELECT indexed_position FROM search_state)"),
      advance_(database, "UPDATE search_state SET indexed_position = ?1") {}

bool SqlSearchIndex::index_more(std::size_t rows_max) {
  Position last = 0;
  std::size_t rows = 0;
  {
    sql::Rows row = next_.query(rows_max);
    for (; row.next(); ++rows) {
      last = row.integer(0);
      if (row.text_view(2).empty()) continue; // deleted, or attachments alone
      apply(insert_, row);
    }
  }
  if (rows > 0) advance_.run(last);
  return rows == rows_max;
}

void SqlSearchIndex::forget(const MessageId& message) {
  sql::Rows row = indexed_.query(message.value);
  if (row.next()) apply(delete_, row);
}

void SqlSearchIndex::index_again(const MessageId& message) {
  sql::Rows row = indexed_.query(message.value);
  if (row.next()) apply(insert_, row);
}

void SqlSearchIndex::apply(sql::Statement& change, const sql::Rows& row) {
  change.run(row.integer(0), words_.scope(row.integer(1)), words_.terms(row.text_view(2)));
}

} // namespace mentara::storage
