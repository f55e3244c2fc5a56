#include "mentara/gateways/unread_news.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "mentara/connections/rooms.h"
#include "mentara/contract/event_table.h"

namespace mentara::gateways {

UnreadNews::UnreadNews(events::EventBus& bus, wire::sio::Server& io, services::UnreadService& unread,
                       std::function<bool(const UserId&)> is_there)
    : messaging_(io.of(contract::messaging::nsp)),
      unread_(unread),
      is_there_(std::move(is_there)),
      timer_(io.loop(), [this] { tell(); }) {
  bus.subscribe<events::MessageSentEvent>("unread", [this](const auto& event) {
    note(event.message.conversation_id, event.message.sender.id, event.message.seq, event.members);
  });
  // Whose message it was is gone with it; who had read that far is not concerned.
  bus.subscribe<events::MessageDeletedEvent>(
      "unread", [this](const auto& event) { note(event.conversation_id, {}, event.seq, event.members); });
}

void UnreadNews::note(const ConversationId& conversation, const UserId& by, std::int64_t seq,
                      const MemberIds& members) {
  Changes& changes = changes_[conversation];
  changes.members = members;
  if (changes.last_by != by) {
    changes.seq_by_other = std::max(changes.seq_by_other, changes.last_seq);
    changes.last_by = by;
    changes.last_seq = 0;
  }
  changes.last_seq = std::max(changes.last_seq, seq);
  if (!std::exchange(armed_, true)) timer_.arm(interval);
}

void UnreadNews::tell() {
  armed_ = false;
  for (const auto& [conversation, changes] : std::exchange(changes_, {})) tell(conversation, changes);
}

void UnreadNews::tell(const ConversationId& conversation, const Changes& changes) {
  std::vector<UserId> there;
  for (const UserId& member : *changes.members) {
    const bool concerned = member != changes.last_by || changes.seq_by_other > 0;
    if (concerned && is_there_(member)) there.push_back(member);
  }
  if (there.empty()) return;
  unread_.count(conversation, std::move(there),
                [this, conversation, changes](wire::Result<std::vector<services::UnreadCount>, Failure> counts) {
                  if (!counts) return; // a hint: the next one, or the list, says it again
                  for (const services::UnreadCount& count : *counts) {
                    const std::int64_t seq = count.user_id == changes.last_by
                                                 ? changes.seq_by_other
                                                 : std::max(changes.last_seq, changes.seq_by_other);
                    if (seq <= count.read_seq) continue;
                    messaging_.to(connections::user_room(count.user_id))
                        .emit(contract::messaging::server_event::conversation_unread.name,
                              contract::UnreadChanged{conversation.value, count.unread_count, count.read_seq});
                  }
                });
}

} // namespace mentara::gateways
