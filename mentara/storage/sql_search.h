#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mentara/storage/search.h"
#include "mentara/storage/sql.h"

namespace mentara::storage {

// What a database's full text search wants to have instead of texts (search_terms.h).
struct SearchWords {
  std::string (*scope)(std::int64_t conversation_key);
  std::string (*terms)(std::string_view content);
  std::string (*query)(std::int64_t conversation_key, std::string_view words); // empty: there is no word in it
};

class SqlMessageSearch final : public MessageSearch {
 public:
  explicit SqlMessageSearch(sql::Database& database);
  std::vector<Hit> find(const Membership& reader, std::string_view words, Position before, std::size_t limit) override;

 private:
  const SearchWords words_;
  sql::Statement find_;
};

class SqlSearchIndex final : public SearchIndex {
 public:
  explicit SqlSearchIndex(sql::Database& database);
  bool index_more(std::size_t rows_max) override;

  // Before the message's content is another one, and afterwards; what is not indexed yet is left alone.
  void forget(const MessageId& message);
  void index_again(const MessageId& message);

 private:
  void apply(sql::Statement& change, const sql::Rows& row);

  const SearchWords words_;
  sql::Statement next_, insert_, delete_, indexed_, advance_;
};

} // namespace mentara::storage
