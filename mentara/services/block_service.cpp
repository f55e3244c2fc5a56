#include "mentara/services/block_service.h"

#include <utility>

#include "mentara/events/events.h"
#include "mentara/limits.h"
#include "mentara/storage/blocks.h"

namespace mentara::services {

using storage::Snapshot;
using storage::Transaction;
using wire::Result;

Done<std::monostate> BlockService::then_publish(const Actor& actor, const UserId& user_id, bool blocked,
                                                Done<std::monostate> done) {
  events::BlockChangedEvent event{{actor.user_id, actor.origin, clock_.now()}, user_id, blocked};
  return [this, event = std::move(event), done = std::move(done)](Result<std::monostate, Failure> stored) mutable {
    const bool changed = stored.has_value();
    done(std::move(stored));
    if (changed) bus_.publish(std::move(event));
  };
}

void BlockService::block(Actor actor, UserId user_id, std::string reason, Done<std::monostate> done) {
  done = then_publish(actor, user_id, true, std::move(done));
  store_.write<std::monostate>(
      [user = std::move(actor.user_id), blocked = std::move(user_id), reason = std::move(reason),
       now = clock_.now()](Transaction& transaction) -> Result<std::monostate, Failure> {
        if (blocked == user) return invalid("userId", "userId must be somebody else");
        storage::BlockChanges& blocks = transaction.block_changes();
        if (blocks.count(user) >= limits::blocks_max) {
          return Failure{Code::conflict, "You block as many users as one can. Unblock some of them."};
        }
        blocks.add(user, blocked, reason, now);
        return std::monostate{};
      },
      std::move(done));
}

void BlockService::unblock(Actor actor, UserId user_id, Done<std::monostate> done) {
  done = then_publish(actor, user_id, false, std::move(done));
  store_.write<std::monostate>(
      [user = std::move(actor.user_id),
       blocked = std::move(user_id)](Transaction& transaction) -> Result<std::monostate, Failure> {
        transaction.block_changes().remove(user, blocked);
        return std::monostate{};
      },
      std::move(done));
}

void BlockService::hidden_from(Actor actor, ConversationId conversation_id, Done<std::vector<UserId>> done) {
  store_.read<std::vector<UserId>>(
      [user = std::move(actor.user_id),
       id = std::move(conversation_id)](Snapshot& snapshot) -> Result<std::vector<UserId>, Failure> {
        const auto member = snapshot.find_membership(id, user);
        if (!member) return not_found("conversation");
        return snapshot.blocks().among_members(*member);
      },
      std::move(done));
}

} // namespace mentara::services
