#include "mentara/services/message_change_service.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "mentara/events/events.h"
#include "mentara/limits.h"
#include "mentara/services/message_access.h"
#include "mentara/storage/message_changes.h"

namespace mentara::services {
namespace {

using storage::Position;
using storage::Snapshot;
using storage::Transaction;
using wire::Result;

// What a transaction hands on to the event behind the answer. No position: nothing has happened.
struct Changed {
  Message message;
  std::optional<Position> position{};
  MemberIds members{};
};

struct Reacted {
  Message message;
  std::vector<Reaction> reactions;
  std::optional<Position> position{};
  MemberIds members{};
};

Failure was_deleted() { return {Code::conflict, "This message was deleted."}; }

Result<Changed, Failure> edit_message(Transaction& transaction, const UserId& user, const MessageId& id,
                                      const std::string& content, UnixTime now) {
  auto found = access_message(transaction, user, id);
  if (!found) return std::move(found.error());
  Message message = std::move(found->message);
  if (message.sender.id != user) return Failure{Code::forbidden, "Only who wrote a message may edit it."};
  if (message.deleted_at) return was_deleted();
  if (content.empty() && message.attachments.empty()) {
    return invalid("content", "content must have at least 1 character, unless there are attachments");
  }
  if (auto failure = blocked_in_direct(transaction, found->member)) return *std::move(failure);
  if (message.content == content) return Changed{std::move(message)};
  message.content = content;
  message.edited_at = now;
  const Position position = transaction.message_changes().edit(found->member, message);
  return Changed{std::move(message), position, transaction.member_ids(found->member.conversation_key)};
}

Result<Changed, Failure> erase_message(Transaction& transaction, const UserId& user, const MessageId& id,
                                       UnixTime now) {
  auto found = access_message(transaction, user, id);
  if (!found) return std::move(found.error());
  Message message = std::move(found->message);
  if (message.sender.id != user && found->member.role == MemberRole::MEMBER) {
    return Failure{Code::forbidden, "Only who wrote a message, an ADMIN or a MODERATOR may delete it."};
  }
  if (message.deleted_at) return Changed{std::move(message)};
  message.content.clear();
  message.attachments.clear();
  message.metadata.clear();
  message.reply_to.reset();
  message.deleted_at = now;
  message.deleted_by = user;
  const Position position = transaction.message_changes().erase(found->member, message);
  return Changed{std::move(message), position, transaction.member_ids(found->member.conversation_key)};
}

std::optional<Failure> no_room_for(const std::vector<Reaction>& reactions, const std::string& emoji) {
  std::size_t in_all = 0;
  bool is_new = true;
  for (const Reaction& reaction : reactions) {
    in_all += reaction.user_ids.size();
    is_new = is_new && reaction.emoji != emoji;
  }
  if (in_all < limits::reactions_max && (!is_new || reactions.size() < limits::reaction_emojis_max))
    return std::nullopt;
  return Failure{Code::conflict, "This message has as many reactions as one can have."};
}

Reacted tell_reactions(Transaction& transaction, AccessedMessage found) {
  auto reactions = transaction.message_details().reactions(found.message.id);
  const Position position = transaction.message_changes().tell_reactions(found.member, found.message, reactions);
  return {std::move(found.message), std::move(reactions), position,
          transaction.member_ids(found.member.conversation_key)};
}

Result<Reacted, Failure> add_one(Transaction& transaction, const UserId& user, const MessageId& id,
                                 const std::string& emoji) {
  auto found = access_message(transaction, user, id);
  if (!found) return std::move(found.error());
  if (found->message.deleted_at) return was_deleted();
  if (auto failure = blocked_in_direct(transaction, found->member)) return *std::move(failure);
  auto before = transaction.message_details().reactions(id);
  auto no_room = no_room_for(before, emoji);
  const auto mine = std::find_if(before.begin(), before.end(), [&](const Reaction& reaction) {
    return reaction.emoji == emoji &&
           std::find(reaction.user_ids.begin(), reaction.user_ids.end(), user) != reaction.user_ids.end();
  });
  if (mine != before.end()) return Reacted{std::move(found->message), std::move(before)};
  if (no_room) return *std::move(no_room);
  transaction.message_changes().add_reaction(found->member, id, emoji);
  return tell_reactions(transaction, *std::move(found));
}

Result<Reacted, Failure> remove_one(Transaction& transaction, const UserId& user, const MessageId& id,
                                    const std::string& emoji) {
  auto found = access_message(transaction, user, id);
  if (!found) return std::move(found.error());
  if (!transaction.message_changes().remove_reaction(found->member, id, emoji)) {
    return Reacted{std::move(found->message), transaction.message_details().reactions(id)};
  }
  return tell_reactions(transaction, *std::move(found));
}

Result<std::vector<Edit>, Failure> read_edits(Snapshot& snapshot, const UserId& user, const MessageId& id) {
  const auto found = access_message(snapshot, user, id);
  if (!found) return found.error();
  std::vector<Edit> edits = snapshot.message_details().edits(id);
  std::size_t bytes = 0;
  const auto first = std::find_if(edits.rbegin(), edits.rend(), [&](const Edit& edit) {
    return (bytes += edit.content.size()) > limits::history_page_bytes_max;
  });
  edits.erase(edits.begin(), first.base());
  return edits;
}

} // namespace

MessageChangeService::MessageChangeService(storage::Store& store, events::EventBus& bus, const WallClock& clock)
    : store_(store), bus_(bus), clock_(clock) {}

void MessageChangeService::edit(Actor actor, MessageId message_id, std::string content, Done<Message> done) {
  const UnixTime now = clock_.now();
  events::Metadata metadata{actor.user_id, std::move(actor.origin), now};
  const auto origin = storage::origin_number(metadata.origin);
  store_.write<Changed>(
      [user = std::move(actor.user_id), id = std::move(message_id), content = std::move(content),
       now](Transaction& transaction) { return edit_message(transaction, user, id, content, now); },
      [this, metadata = std::move(metadata), done = std::move(done)](Result<Changed, Failure> edited) mutable {
        if (!edited) return done(std::move(edited.error()));
        if (!edited->position) return done(std::move(edited->message));
        events::MessageUpdatedEvent event{std::move(metadata), edited->message, std::move(edited->members),
                                          store_.cursor_at(*edited->position)};
        done(std::move(edited->message));
        bus_.publish(std::move(event));
      },
      origin);
}

void MessageChangeService::edits(Actor actor, MessageId message_id, Done<std::vector<Edit>> done) {
  store_.read<std::vector<Edit>>([user = std::move(actor.user_id), id = std::move(message_id)](
                                     Snapshot& snapshot) { return read_edits(snapshot, user, id); },
                                 std::move(done));
}

void MessageChangeService::erase(Actor actor, MessageId message_id, Done<std::monostate> done) {
  const UnixTime now = clock_.now();
  events::Metadata metadata{actor.user_id, std::move(actor.origin), now};
  const auto origin = storage::origin_number(metadata.origin);
  store_.write<Changed>(
      [user = std::move(actor.user_id), id = std::move(message_id), now](Transaction& transaction) {
        return erase_message(transaction, user, id, now);
      },
      [this, metadata = std::move(metadata), done = std::move(done)](Result<Changed, Failure> erased) mutable {
        if (!erased) return done(std::move(erased.error()));
        done(std::monostate{});
        if (!erased->position) return;
        Message& message = erased->message;
        bus_.publish(events::MessageDeletedEvent{std::move(metadata), std::move(message.conversation_id),
                                                 std::move(message.id), message.seq, std::move(erased->members),
                                                 store_.cursor_at(*erased->position)});
      },
      origin);
}

void MessageChangeService::add_reaction(Actor actor, MessageId message_id, std::string emoji,
                                        Done<std::vector<Reaction>> done) {
  react(
      actor,
      [user = actor.user_id, id = std::move(message_id), emoji = std::move(emoji)](Transaction& transaction) {
        return add_one(transaction, user, id, emoji);
      },
      std::move(done));
}

void MessageChangeService::remove_reaction(Actor actor, MessageId message_id, std::string emoji,
                                           Done<std::vector<Reaction>> done) {
  react(
      actor,
      [user = actor.user_id, id = std::move(message_id), emoji = std::move(emoji)](Transaction& transaction) {
        return remove_one(transaction, user, id, emoji);
      },
      std::move(done));
}

template <class Rules>
void MessageChangeService::react(Actor actor, Rules rules, Done<std::vector<Reaction>> done) {
  events::Metadata metadata{std::move(actor.user_id), std::move(actor.origin), clock_.now()};
  const auto origin = storage::origin_number(metadata.origin);
  store_.write<Reacted>(
      std::move(rules),
      [this, metadata = std::move(metadata), done = std::move(done)](Result<Reacted, Failure> reacted) mutable {
        if (!reacted) return done(std::move(reacted.error()));
        if (!reacted->position) return done(std::move(reacted->reactions));
        events::ReactionChangedEvent event{std::move(metadata),
                                           std::move(reacted->message.conversation_id),
                                           std::move(reacted->message.id),
                                           reacted->reactions,
                                           std::move(reacted->members),
                                           store_.cursor_at(*reacted->position)};
        done(std::move(reacted->reactions));
        bus_.publish(std::move(event));
      },
      origin);
}

} // namespace mentara::services
