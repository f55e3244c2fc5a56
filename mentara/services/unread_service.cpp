#include "mentara/services/unread_service.h"

#include <utility>

namespace mentara::services {

using storage::Snapshot;

void UnreadService::count(ConversationId conversation_id, std::vector<UserId> users,
                          Done<std::vector<UnreadCount>> done) {
  store_.read<std::vector<UnreadCount>>(
      [id = std::move(conversation_id),
       users = std::move(users)](Snapshot& snapshot) -> wire::Result<std::vector<UnreadCount>, Failure> {
        std::vector<UnreadCount> counts;
        for (const UserId& user : users) {
          if (const auto reader = snapshot.find_membership(id, user)) {
            counts.push_back({user, snapshot.count_unread(*reader), reader->read_seq});
          }
        }
        return counts;
      },
      std::move(done));
}

} // namespace mentara::services
