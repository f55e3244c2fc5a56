#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <unordered_map>
#include <utility>

#include "mentara/events/event_bus.h"
#include "mentara/events/events.h"
#include "mentara/services/unread_service.h"
#include "wire/net/loop.h"
#include "wire/sio/server.h"

namespace mentara::gateways {

// Tells those who are there how much they have not read, when others wrote or deleted something. Counts are absolute,
// so a burst of messages is told once: `interval` after its first, and never for a sender's own. Each conversation has
// its own time, so that not all are counted at once. On the home loop. (What changes by reading is told with the
// reading itself.)
class UnreadNews {
 public:
  static constexpr wire::Duration interval = wire::milliseconds(200);

  // `is_there`: whether a user has a socket, on whichever node.
  UnreadNews(events::EventBus& bus, wire::sio::Server& io, services::UnreadService& unread,
             std::function<bool(const UserId&)> is_there);
  UnreadNews(const UnreadNews&) = delete;
  UnreadNews& operator=(const UnreadNews&) = delete;

 private:
  // Since it was told last.
  struct Changes {
    MemberIds members;
    UserId last_by;                // who made the last change
    std::int64_t last_seq = 0;     // the highest seq that he changed
    std::int64_t seq_by_other = 0; // the highest that somebody else changed
  };

  void note(const ConversationId& conversation, const UserId& by, std::int64_t seq, const MemberIds& members);
  void tell_due();
  void tell(const ConversationId& conversation, const Changes& changes);

  wire::sio::Namespace& messaging_;
  services::UnreadService& unread_;
  const std::function<bool(const UserId&)> is_there_;
  std::unordered_map<ConversationId, Changes, IdHash> changes_;
  std::deque<std::pair<wire::TimePoint, ConversationId>> due_; // those that have changed, in the order of their times
  wire::net::Loop& loop_;
  wire::net::Timer timer_;
};

} // namespace mentara::gateways
