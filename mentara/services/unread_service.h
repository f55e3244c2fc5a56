#pragma once

#include <cstdint>
#include <vector>

#include "mentara/domain/callbacks.h"
#include "mentara/domain/conversation.h"
#include "mentara/storage/store.h"

namespace mentara::services {

struct UnreadCount {
  UserId user_id;
  std::int64_t unread_count = 0;
  std::int64_t read_seq = 0;
};

// How much each of some members has not read yet. Owned by the home loop.
class UnreadService {
 public:
  explicit UnreadService(storage::Store& store) : store_(store) {}

  // Who is no member is left out.
  void count(ConversationId conversation_id, std::vector<UserId> users, Done<std::vector<UnreadCount>> done);

 private:
  storage::Store& store_;
};

} // namespace mentara::services
