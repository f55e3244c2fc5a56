#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "wire/base/hash.h"

namespace mentara {

// An id of one kind of thing; ids of different kinds do not mix. The characters are checked where an id enters
// (contract/).
template <class Tag>
struct Id {
  std::string value;

  bool empty() const { return value.empty(); }
  friend auto operator<=>(const Id&, const Id&) = default;
};

using UserId = Id<struct UserTag>;
using DeviceId = Id<struct DeviceTag>;
using ConversationId = Id<struct ConversationTag>;
using MessageId = Id<struct MessageTag>;
using ClientMessageId = Id<struct ClientMessageTag>;
using EventId = Id<struct EventTag>;
using CallId = Id<struct CallTag>;
using NotificationId = Id<struct NotificationTag>;

struct IdHash {
  template <class Tag>
  std::size_t operator()(const Id<Tag>& id) const {
    return wire::seeded_hash(id.value);
  }
};

// 1–128 of A-Z a-z 0-9 _ - . : (contract: ids that a client brings)
bool is_well_formed_id(std::string_view text);
// 1–128 characters without control characters (C0, DEL, C1): what a token's `sub` may be. `text` is valid UTF-8.
bool is_well_formed_user_id(std::string_view text);

// Where the ids of a process get their order from. One process that stands for several gives each its own.
class IdSequence {
 public:
  class Use { // for this thread, as long as it lives
   public:
    explicit Use(IdSequence& own);
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    IdSequence* const outer_;
  };

 private:
  friend std::string make_uuid_v7(long long unix_ms);
  std::uint64_t next(std::uint64_t unix_ms);
  std::uint64_t last_ = 0;
};

// RFC 9562 §5.7: sortable by time. `unix_ms` is wall time; ids made by one process rise even within a millisecond and
// when the clock steps back. Any thread.
std::string make_uuid_v7(long long unix_ms);

} // namespace mentara
