#pragma once

#include "mentara/storage/search.h"
#include "mentara/storage/sqlite.h"

namespace mentara::storage {

class SqliteMessageSearch final : public MessageSearch {
 public:
  explicit SqliteMessageSearch(sqlite::Database& database);
  std::vector<Hit> find(const Membership& reader, std::string_view words, Position before, std::size_t limit) override;

 private:
  sqlite::Statement find_;
};

class SqliteSearchIndex final : public SearchIndex {
 public:
  explicit SqliteSearchIndex(sqlite::Database& database);
  bool index_more(std::size_t rows_max) override;

  // Before the message's content is another one, and afterwards; what is not indexed yet is left alone.
  void forget(const MessageId& message);
  void index_again(const MessageId& message);

 private:
  sqlite::Statement next_, insert_, delete_, indexed_, advance_;
};

} // namespace mentara::storage
