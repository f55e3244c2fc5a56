#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mentara/domain/callbacks.h"
#include "mentara/domain/message.h"
#include "mentara/services/actor.h"
#include "mentara/storage/store.h"

namespace mentara::services {

struct SearchQuery {
  std::string query;                // every word must be there
  ConversationId conversation_id{}; // empty: all of his
  std::string before{};             // the next_cursor of the page that came last; empty: from the newest
  std::int64_t limit = 20;
};

struct SearchPage {
  std::vector<FoundMessage> messages; // the newest first
  std::string next_cursor{};          // empty: that was all
};

// Finds texts in what the asker may see: messages of the conversations that he is a member of now, as far as he sees
// their history, without what was deleted. Owned by the home loop.
class SearchService {
 public:
  explicit SearchService(storage::Store& store) : store_(store) {}

  void search(Actor actor, SearchQuery query, Done<SearchPage> done);
  // Some of the messages that are not indexed yet; for whenever there is time.
  void index_some();

 private:
  void index_beside(std::size_t count);
  void index_rest_and_search(UserId user, SearchQuery query, Done<SearchPage> done);

  storage::Store& store_;
  bool indexing_ = false; // index_some() is under way
};

// The text around the first of `words` in `content`, of at most 160 code points, with "…" where it was cut. Case does
// not matter; a word that is only found in another spelling (diacritics) shows the beginning.
std::string snippet(const std::string& content, const std::string& words);

} // namespace mentara::services
