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
      loop_(io.loop()),
      timer_(loop_, [this] { tell_due(); }) {
  bus.subscribe<events::MessageSentEvent>("unread", [this](const auto& event) {
    note(event.message.conversation_id, event.message.sender.id, event.message.seq, event.members);
  });
  // Whose message it was is gone with it; who had read that far is not concerned.
  bus.subscribe<events::MessageDeletedEvent>(
      "unread", [this](const auto& event) { note(event.conversation_id, {}, event.seq, event.members); });
}

void UnreadNews::note(const ConversationId& conversation, const UserId& by, std::int64_t seq,
                      const MemberIds& members) {
  const auto [found, is_first] = changes_.try_emplace(conversation);
  if (is_first) {
    due_.emplace_back(loop_.now() + interval, conversation);
    if (due_.size() == 1) timer_.arm(interval);
  }
  Changes& changes = found->second;
  changes.members = members;
  if (changes.last_by != by) {
    changes.seq_by_other = std::max(changes.seq_by_other, changes.last_seq);
    changes.last_by = by;
    changes.last_seq = 0;
  }
  changes.last_seq = std::max(changes.last_seq, seq);
}

void UnreadNews::tell_due() {
  while (!due_.empty() && due_.front().first <= loop_.now()) {
    const auto told = changes_.extract(due_.front().second);
    due_.pop_front();
    tell(told.key(), told.mapped());
  }
  if (!due_.empty()) timer_.arm(due_.front().first - loop_.now());
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
