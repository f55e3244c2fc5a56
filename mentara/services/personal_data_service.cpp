#include "mentara/services/personal_data_service.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "mentara/events/events.h"
#include "mentara/limits.h"
#include "mentara/storage/message_changes.h"
#include "wire/base/log.h"

namespace mentara::services {
namespace {

using storage::ConversationKey;
using storage::ExportPage;
using storage::Membership;
using storage::Position;
using storage::Snapshot;
using storage::Traces;
using storage::Transaction;
using storage::UserKey;
using wire::Result;

// What a step hands on to the events behind it.
struct Told {
  Message message;
  bool deleted = false; // else: the reactions are others now
  std::vector<Reaction> reactions{};
  MemberIds members;
  Position position = 0;
};

Result<ExportPage, Failure> read_export(Snapshot& snapshot, const UserId& user, const std::string& cursor) {
  const auto key = snapshot.personal_data().find_user(user);
  if (!key) return not_found("user");
  auto page = snapshot.personal_data().export_page(*key, cursor);
  if (!page) return invalid("cursor", "This is not the nextCursor of an earlier page.");
  return *std::move(page);
}

// In the place of a member's: he may have left long ago.
Membership traces_of(Transaction& transaction, UserKey user, const Message& message) {
  Membership membership;
  membership.conversation_key = transaction.find_conversation(message.conversation_id).value_or(ConversationKey{});
  membership.conversation_id = message.conversation_id;
  membership.user_key = user;
  return membership;
}

std::optional<Told> erase_message(Transaction& transaction, const UserId& user, UserKey key, const MessageId& id,
                                  UnixTime now) {
  auto message = transaction.find_message(id);
  if (!message) return std::nullopt;
  if (message->deleted_at) {
    transaction.personal_data_changes().forget_sender(*message);
    return std::nullopt;
  }
  message->content.clear();
  message->attachments.clear();
  message->metadata.clear();
  message->reply_to.reset();
  message->deleted_at = now;
  message->deleted_by = user;
  const Membership member = traces_of(transaction, key, *message);
  const Position position = transaction.message_changes().erase(member, *message);
  return Told{*std::move(message), true, {}, transaction.member_ids(member.conversation_key), position};
}

std::optional<Told> remove_reaction(Transaction& transaction, UserKey key, const MessageId& id,
                                    const std::string& emoji) {
  auto message = transaction.find_message(id);
  if (!message) return std::nullopt;
  const Membership member = traces_of(transaction, key, *message);
  if (!transaction.message_changes().remove_reaction(member, id, emoji)) return std::nullopt;
  auto reactions = transaction.message_details().reactions(id);
  const Position position = transaction.message_changes().tell_reactions(member, *message, reactions);
  return Told{*std::move(message), false, std::move(reactions), transaction.member_ids(member.conversation_key),
              position};
}

std::vector<Told> erase_all(Transaction& transaction, const UserId& user, UserKey key, const Traces& traces,
                            UnixTime now) {
  std::vector<Told> told;
  for (const MessageId& id : traces.written) {
    if (auto one = erase_message(transaction, user, key, id, now)) told.push_back(*std::move(one));
  }
  for (const auto& [id, emoji] : traces.reactions) {
    if (auto one = remove_reaction(transaction, key, id, emoji)) told.push_back(*std::move(one));
  }
  return told;
}

} // namespace

PersonalDataService::PersonalDataService(storage::Store& store, events::EventBus& bus, const WallClock& clock,
                                         ParticipantService& participants,
                                         wire::UniqueFunction<void(const UserId&)> cut)
    : store_(store), bus_(bus), clock_(clock), participants_(participants), cut_(std::move(cut)) {}

void PersonalDataService::export_page(UserId user, std::string cursor, Done<ExportPage> done) {
  if (cursor.empty()) wire::log(wire::LogLevel::info, "what is kept about a user is exported", {{"user", user.value}});
  store_.read<ExportPage>([user = std::move(user), cursor = std::move(cursor)](
                              Snapshot& snapshot) { return read_export(snapshot, user, cursor); },
                          std::move(done));
}

// --- erasure: one user after the other, one small transaction after the other ---

void PersonalDataService::erase(UserId user, Done<std::monostate> done) {
  store_.write<std::monostate>(
      [user, now = clock_.now()](Transaction& transaction) -> Result<std::monostate, Failure> {
        const auto key = transaction.personal_data().find_user(user);
        if (!key) return not_found("user");
        transaction.personal_data_changes().begin_erasure(*key, now);
        return std::monostate{};
      },
      [this, user, done = std::move(done)](Result<std::monostate, Failure> begun) mutable {
        if (begun) {
          cut_(user);
          enlist(std::move(user));
        }
        done(std::move(begun));
      });
}

void PersonalDataService::resume() {
  store_.read<std::vector<UserId>>(
      [](Snapshot& snapshot) -> Result<std::vector<UserId>, Failure> {
        return snapshot.personal_data().unfinished_erasures();
      },
      [this](Result<std::vector<UserId>, Failure> unfinished) {
        if (!unfinished) return;
        for (UserId& user : *unfinished) enlist(std::move(user));
      });
}

void PersonalDataService::enlist(UserId user) {
  if (std::find(waiting_.begin(), waiting_.end(), user) == waiting_.end()) waiting_.push_back(std::move(user));
  if (!working_) begin_next();
}

void PersonalDataService::begin_next() {
  if (waiting_.empty()) return;
  working_ = true;
  erasure_ = {};
  wire::log(wire::LogLevel::info, "a user is being forgotten", {{"user", user().value}});
  forget_profile();
}

// First, so that no tombstone gets his name.
void PersonalDataService::forget_profile() {
  using Forgotten = std::pair<UserKey, bool>;
  store_.write<Forgotten>(
      [user = user()](Transaction& transaction) -> Result<Forgotten, Failure> {
        const auto key = transaction.personal_data().find_user(user);
        if (!key) return not_found("user");
        return Forgotten{*key, transaction.personal_data_changes().forget_profile(*key)};
      },
      [this](Result<Forgotten, Failure> forgotten) {
        if (!forgotten) return postpone(forgotten.error());
        erasure_.key = forgotten->first;
        forgotten->second ? forget_profile() : forget_names();
      });
}

void PersonalDataService::forget_names() {
  using Next = std::optional<ConversationKey>;
  store_.write<Next>(
      [key = erasure_.key, after = erasure_.named](Transaction& transaction) -> Result<Next, Failure> {
        return transaction.personal_data_changes().forget_names(key, after, limits::personal_step);
      },
      [this](Result<Next, Failure> next) {
        if (!next) return postpone(next.error());
        if (!*next) return find_traces();
        erasure_.named = **next;
        forget_names();
      });
}

void PersonalDataService::find_traces() {
  store_.read<Traces>(
      [key = erasure_.key, after = erasure_.traced](Snapshot& snapshot) -> Result<Traces, Failure> {
        return snapshot.personal_data().traces(key, after, limits::personal_step);
      },
      [this](Result<Traces, Failure> traces) {
        if (!traces) return postpone(traces.error());
        erase_traces(*std::move(traces));
      });
}

void PersonalDataService::erase_traces(Traces traces) {
  const Position end = traces.end;
  const bool last = traces.last;
  const auto go_on = [this, end, last] {
    erasure_.traced = end;
    last ? leave_next() : find_traces();
  };
  if (traces.written.empty() && traces.reactions.empty()) return go_on();
  const UnixTime now = clock_.now();
  store_.write<std::vector<Told>>(
      [user = user(), key = erasure_.key, traces = std::move(traces), now](Transaction& transaction)
          -> Result<std::vector<Told>, Failure> { return erase_all(transaction, user, key, traces, now); },
      [this, now, go_on](Result<std::vector<Told>, Failure> told) {
        if (!told) return postpone(told.error());
        for (Told& one : *told) {
          events::Metadata metadata{user(), {}, now};
          Cursor cursor = store_.cursor_at(one.position);
          if (one.deleted) {
            ++erasure_.messages;
            bus_.publish(events::MessageDeletedEvent{std::move(metadata), std::move(one.message.conversation_id),
                                                     std::move(one.message.id), one.message.seq, std::move(one.members),
                                                     std::move(cursor)});
          } else {
            ++erasure_.reactions;
            bus_.publish(events::ReactionChangedEvent{std::move(metadata), std::move(one.message.conversation_id),
                                                      std::move(one.message.id), std::move(one.reactions),
                                                      std::move(one.members), std::move(cursor)});
          }
        }
        wire::log(wire::LogLevel::info, "a user is being forgotten",
                  {{"user", user().value}, {"messages", erasure_.messages}, {"reactions", erasure_.reactions}});
        go_on();
      });
}

// A conversation of two keeps both; its other member keeps what he said himself.
void PersonalDataService::leave_next() {
  using Next = std::optional<ConversationId>;
  store_.read<Next>(
      [user = user()](Snapshot& snapshot) -> Result<Next, Failure> {
        Position before = std::numeric_limits<Position>::max();
        for (;;) {
          const auto memberships = snapshot.find_memberships(user, before, false, limits::personal_step);
          for (const Membership& membership : memberships) {
            if (membership.conversation_type != ConversationType::DIRECT) return Next{membership.conversation_id};
          }
          if (memberships.size() < limits::personal_step) return Next{};
          before = memberships.back().activity;
        }
      },
      [this](Result<Next, Failure> next) {
        if (!next) return postpone(next.error());
        if (!*next) return finish();
        participants_.remove(Actor{user()}, **std::move(next), user(), [this](Result<Participant, Failure> left) {
          // Not found: somebody else was faster.
          if (!left && left.error().code != Code::not_found) return postpone(left.error());
          ++erasure_.conversations;
          leave_next();
        });
      });
}

void PersonalDataService::finish() {
  store_.write<std::monostate>(
      [key = erasure_.key](Transaction& transaction) -> Result<std::monostate, Failure> {
        transaction.personal_data_changes().end_erasure(key);
        return std::monostate{};
      },
      [this](Result<std::monostate, Failure> ended) {
        if (!ended) return postpone(ended.error());
        wire::log(wire::LogLevel::info, "a user was forgotten",
                  {{"user", user().value},
                   {"messages", erasure_.messages},
                   {"reactions", erasure_.reactions},
                   {"conversations", erasure_.conversations}});
        waiting_.pop_front();
        working_ = false;
        begin_next();
      });
}

// resume() finds all of them again.
void PersonalDataService::postpone(const Failure& why) {
  wire::log(wire::LogLevel::warn, "forgetting a user has to wait", {{"user", user().value}, {"why", why.error}});
  waiting_.clear();
  working_ = false;
}

} // namespace mentara::services
