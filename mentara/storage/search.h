#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "mentara/storage/store.h"

// Full text search over the messages that somebody may see.
namespace mentara::storage {

struct Hit {
  Position position = 0; // of the message: hits are ordered and cut by it
  MessageId message_id;
};

class MessageSearch {
 public:
  virtual ~MessageSearch() = default;
  // Newest first, below `before`: the messages of that conversation that he may see and that hold every word of
  // `words`, in any case, with or without diacritics. Where a script knows no spaces, a word is found within others.
  virtual std::vector<Hit> find(const Membership& reader, std::string_view words, Position before,
                                std::size_t limit) = 0;
};

// Messages are indexed behind their commit, so that sending does not wait for it; whoever searches sees to it that all
// are.
class SearchIndex {
 public:
  virtual ~SearchIndex() = default;
  // The next `rows_max` messages. True: there may be more.
  virtual bool index_more(std::size_t rows_max) = 0;
};

} // namespace mentara::storage
