#include "mentara/services/participant_service.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "mentara/events/events.h"
#include "mentara/limits.h"
#include "mentara/storage/blocks.h"
#include "mentara/storage/participants.h"

namespace mentara::services {
namespace {

using storage::Membership;
using storage::Position;
using storage::Transaction;
using wire::Result;

enum class What { joined, left, updated };

struct Step {
  What what{};
  Participant participant;
  Position position = 0;
  MemberIds members; // who is told
};

// What a transaction hands on to the events behind the answer. No steps: nothing has happened.
struct Changed {
  Participant answer;
  std::vector<Step> steps{};
};

Failure may_not() { return {Code::forbidden, "Only an ADMIN or a MODERATOR may do this."}; }
Failure admins_only() { return {Code::forbidden, "Only an ADMIN may make or unmake an ADMIN."}; }

Participant participant_of(const Membership& member) { return {member.user.id, member.role, member.joined_at}; }

// For everybody else than its members the conversation does not exist.
Result<Membership, Failure> actor_in(Transaction& transaction, const ConversationId& conversation, const UserId& user) {
  auto actor = transaction.find_membership(conversation, user);
  if (!actor) return not_found("conversation");
  if (actor->conversation_type == ConversationType::DIRECT) {
    return Failure{Code::forbidden, "A DIRECT conversation has its two members for ever. Archive it instead."};
  }
  return *std::move(actor);
}

Result<Changed, Failure> add_participant(Transaction& transaction, const UserId& user,
                                         const ConversationId& conversation, const UserId& added, MemberRole role,
                                         UnixTime now) {
  const auto actor = actor_in(transaction, conversation, user);
  if (!actor) return actor.error();
  if (actor->role == MemberRole::MEMBER) return may_not();
  if (role == MemberRole::ADMIN && actor->role != MemberRole::ADMIN) return admins_only();
  if (const auto there = transaction.find_membership(actor->conversation_key, added)) {
    return Changed{participant_of(*there)};
  }
  if (transaction.blocks().between(user, added)) {
    return Failure{Code::blocked, "You and this user have nothing to do with each other: one of you blocks the other."};
  }
  storage::ParticipantChanges& changes = transaction.participant_changes();
  if (changes.count(actor->conversation_key) >= limits::participants_max) {
    return Failure{Code::conflict, "This conversation has as many members as one can have."};
  }
  Member member{User{added}, role, now};
  const Position position = changes.add(*actor, member);
  Participant participant{added, role, now};
  return Changed{participant, {{What::joined, participant, position, transaction.member_ids(actor->conversation_key)}}};
}

Step let_succeed(Transaction& transaction, const Membership& leaver, const UserId& successor) {
  const auto member = transaction.find_membership(leaver.conversation_key, successor);
  const Position position = transaction.participant_changes().set_role(leaver, *member, MemberRole::ADMIN);
  return {What::updated,
          {successor, MemberRole::ADMIN, member->joined_at},
          position,
          transaction.member_ids(leaver.conversation_key)};
}

Result<Changed, Failure> remove_participant(Transaction& transaction, const UserId& user,
                                            const ConversationId& conversation, const UserId& removed) {
  const auto actor = actor_in(transaction, conversation, user);
  if (!actor) return actor.error();
  if (removed != user && actor->role == MemberRole::MEMBER) return may_not();
  const auto member = transaction.find_membership(actor->conversation_key, removed);
  if (!member) return not_found("participant");
  if (removed != user && member->role == MemberRole::ADMIN && actor->role != MemberRole::ADMIN) return admins_only();

  storage::ParticipantChanges& changes = transaction.participant_changes();
  const Position position = changes.remove(*actor, *member);
  auto told = std::make_shared<std::vector<UserId>>(*transaction.member_ids(actor->conversation_key));
  told->push_back(removed); // he, too, hears that he left
  Changed changed{participant_of(*member), {{What::left, participant_of(*member), position, std::move(told)}}};
  if (const auto successor = changes.successor(actor->conversation_key)) {
    changed.steps.push_back(let_succeed(transaction, *member, *successor));
  }
  return changed;
}

bool is_last_admin(Transaction& transaction, const Membership& member) {
  if (member.role != MemberRole::ADMIN) return false;
  for (const Member& other : transaction.conversation(member.conversation_key).members) {
    if (other.role == MemberRole::ADMIN && other.user.id != member.user.id) return false;
  }
  return true;
}

Result<Changed, Failure> change_role(Transaction& transaction, const UserId& user, const ConversationId& conversation,
                                     const UserId& changed, MemberRole role) {
  const auto actor = actor_in(transaction, conversation, user);
  if (!actor) return actor.error();
  if (actor->role == MemberRole::MEMBER) return may_not();
  const auto member = transaction.find_membership(actor->conversation_key, changed);
  if (!member) return not_found("participant");
  if (actor->role != MemberRole::ADMIN && (role == MemberRole::ADMIN || member->role == MemberRole::ADMIN)) {
    return admins_only();
  }
  if (member->role == role) return Changed{participant_of(*member)};
  if (is_last_admin(transaction, *member)) {
    return Failure{Code::conflict, "Somebody has to lead: make another member ADMIN first."};
  }
  const Position position = transaction.participant_changes().set_role(*actor, *member, role);
  Participant participant{changed, role, member->joined_at};
  return Changed{participant,
                 {{What::updated, participant, position, transaction.member_ids(actor->conversation_key)}}};
}

template <class Event>
Event to_event(const events::Metadata& metadata, const ConversationId& conversation, Step step, Cursor cursor) {
  Participant& participant = step.participant;
  return {{metadata, conversation, std::move(participant.user_id), participant.role, participant.joined_at,
           std::move(step.members), std::move(cursor)}};
}

} // namespace

ParticipantService::ParticipantService(storage::Store& store, events::EventBus& bus, const WallClock& clock)
    : store_(store), bus_(bus), clock_(clock) {}

void ParticipantService::add(Actor actor, ConversationId conversation_id, UserId user_id, MemberRole role,
                             Done<Participant> done) {
  const UnixTime now = clock_.now();
  change(
      actor, now, conversation_id,
      [user = actor.user_id, conversation_id, added = std::move(user_id), role, now](Transaction& transaction) {
        return add_participant(transaction, user, conversation_id, added, role, now);
      },
      std::move(done));
}

void ParticipantService::remove(Actor actor, ConversationId conversation_id, UserId user_id, Done<Participant> done) {
  change(
      actor, clock_.now(), conversation_id,
      [user = actor.user_id, conversation_id, removed = std::move(user_id)](Transaction& transaction) {
        return remove_participant(transaction, user, conversation_id, removed);
      },
      std::move(done));
}

void ParticipantService::set_role(Actor actor, ConversationId conversation_id, UserId user_id, MemberRole role,
                                  Done<Participant> done) {
  change(
      actor, clock_.now(), conversation_id,
      [user = actor.user_id, conversation_id, changed = std::move(user_id), role](Transaction& transaction) {
        return change_role(transaction, user, conversation_id, changed, role);
      },
      std::move(done));
}

template <class Rules>
void ParticipantService::change(Actor actor, UnixTime now, ConversationId conversation_id, Rules rules,
                                Done<Participant> done) {
  events::Metadata metadata{std::move(actor.user_id), std::move(actor.origin), now};
  const auto origin = storage::origin_number(metadata.origin);
  store_.write<Changed>(
      std::move(rules),
      [this, metadata = std::move(metadata), conversation_id = std::move(conversation_id),
       done = std::move(done)](Result<Changed, Failure> changed) mutable {
        if (!changed) return done(std::move(changed.error()));
        done(std::move(changed->answer));
        for (Step& step : changed->steps) {
          const Cursor cursor = store_.cursor_at(step.position);
          switch (step.what) {
            case What::joined:
              bus_.publish(
                  to_event<events::ParticipantJoinedEvent>(metadata, conversation_id, std::move(step), cursor));
              break;
            case What::left:
              bus_.publish(to_event<events::ParticipantLeftEvent>(metadata, conversation_id, std::move(step), cursor));
              break;
            case What::updated:
              bus_.publish(
                  to_event<events::ParticipantUpdatedEvent>(metadata, conversation_id, std::move(step), cursor));
              break;
          }
          metadata.origin.clear(); // the answer said nothing of what followed from it
        }
      },
      origin);
}

} // namespace mentara::services
