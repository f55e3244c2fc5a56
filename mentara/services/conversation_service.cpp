#include "mentara/services/conversation_service.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <unordered_set>
#include <utility>

#include "mentara/events/events.h"
#include "mentara/limits.h"
#include "mentara/storage/blocks.h"
#include "mentara/storage/participants.h"

namespace mentara::services {
namespace {

using storage::ConversationKey;
using storage::Membership;
using storage::Position;
using storage::Snapshot;
using storage::Transaction;
using wire::Result;

// What a transaction hands on to the event behind the answer. No position: nothing has happened.
struct Created {
  CreatedConversation answer;
  std::optional<Position> position{};
  MemberIds members{};
};

// A muting that is over is none.
Settings settings_at(Settings settings, UnixTime now) {
  if (settings.muted_until && *settings.muted_until <= now) {
    settings.muted = false;
    settings.muted_until.reset();
  }
  return settings;
}

ConversationView view(Snapshot& snapshot, const Membership& viewer, UnixTime now) {
  ConversationView view;
  view.conversation = snapshot.conversation(viewer.conversation_key);
  if (viewer.last_seq > viewer.visible_above()) {
    auto last = snapshot.messages_after(viewer.conversation_key, viewer.last_seq - 1, 1);
    if (!last.empty()) view.last_message = std::move(last.front());
  }
  view.unread_count = snapshot.count_unread(viewer);
  view.settings = settings_at(viewer.settings, now);
  return view;
}

ConversationView view(Snapshot& snapshot, ConversationKey conversation, const UserId& member, UnixTime now) {
  return view(snapshot, *snapshot.find_membership(conversation, member), now);
}

// The creator as ADMIN, then the others in the order of the request, each once.
std::vector<Member> founding_members(const UserId& creator, const std::vector<UserId>& participant_ids, UnixTime now) {
  std::vector<Member> members;
  members.push_back({User{creator}, MemberRole::ADMIN, now});
  std::unordered_set<UserId, IdHash> known{creator};
  for (const UserId& participant : participant_ids) {
    if (known.insert(participant).second) members.push_back({User{participant}, MemberRole::MEMBER, now});
  }
  return members;
}

Result<Created, Failure> create_conversation(Transaction& transaction, const Conversation& draft) {
  const UserId& creator = draft.created_by;
  if (draft.type == ConversationType::DIRECT) {
    if (draft.members.size() != 2) {
      return invalid("participantIds", "A DIRECT conversation is with exactly one other user.");
    }
    if (const auto existing = transaction.find_direct(creator, draft.members.back().user.id)) {
      return Created{{view(transaction, *existing, creator, draft.created_at), false}};
    }
  }
  if (transaction.find_conversation(draft.id)) {
    return Failure{Code::conflict, "This conversationId is already used; choose another, or leave it out.",
                   "conversationId"};
  }
  for (const Member& member : draft.members) {
    if (transaction.blocks().between(creator, member.user.id)) {
      return Failure{Code::blocked,
                     "You and one of these users have nothing to do with each other: one blocks the other."};
    }
  }
  Conversation conversation = draft;
  const Position position = transaction.insert_conversation(conversation);
  MemberIds members = transaction.member_ids(*transaction.find_conversation(draft.id));
  return Created{{ConversationView{std::move(conversation)}, true}, position, std::move(members)};
}

std::optional<Position> parse_cursor(const std::string& text) {
  if (text.empty()) return std::numeric_limits<Position>::max();
  Position position = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
  if (error != std::errc{} || end != text.data() + text.size() || position < 0) return std::nullopt;
  return position;
}

// About as many bytes as it has in a list.
std::size_t weight(const ConversationView& view) {
  constexpr std::size_t conversation_bytes = 512, member_bytes = 128;
  const Conversation& conversation = view.conversation;
  std::size_t bytes = conversation_bytes + conversation.title.size() + conversation.metadata.size();
  for (const Member& member : conversation.members) {
    bytes += member_bytes + member.user.id.value.size() + member.user.name.size() + member.user.avatar_url.size();
  }
  if (view.last_message) bytes += view.last_message->content.size() + view.last_message->metadata.size();
  return bytes;
}

Result<ConversationPage, Failure> list_conversations(Snapshot& snapshot, const UserId& user,
                                                     const ConversationQuery& query, UnixTime now) {
  const auto before = parse_cursor(query.before);
  if (!before) return invalid("before", "This is not the nextCursor of an earlier page.");
  const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(query.limit, 1));
  auto memberships = snapshot.find_memberships(user, *before, query.unread_only, limit + 1);
  const bool more = memberships.size() > limit;
  if (more) memberships.pop_back();
  ConversationPage page;
  Position last = 0; // where the page ends
  std::size_t bytes = 0;
  for (const Membership& membership : memberships) {
    ConversationView next = view(snapshot, membership, now);
    bytes += weight(next);
    if (!page.conversations.empty() && bytes > limits::history_page_bytes_max) break;
    page.conversations.push_back(std::move(next));
    last = membership.activity;
  }
  const bool cut = page.conversations.size() < memberships.size();
  if (more || cut) page.next_cursor = std::to_string(last);
  return page;
}

struct Updated {
  ConversationView answer;
  std::optional<std::string> title{}, metadata{}; // those that changed
  std::optional<Position> position{};
  MemberIds members{};
};

// Leaves in `wanted` what is not so yet.
void keep_if_new(std::optional<std::string>& wanted, const std::string& current) {
  if (wanted == current) wanted.reset();
}

Result<Updated, Failure> update_conversation(Transaction& transaction, const UserId& user, const ConversationId& id,
                                             std::optional<std::string> title, std::optional<std::string> metadata,
                                             UnixTime now) {
  const auto actor = transaction.find_membership(id, user);
  if (!actor) return not_found("conversation");
  if (actor->role == MemberRole::MEMBER) {
    return Failure{Code::forbidden, "Only an ADMIN or a MODERATOR may change the conversation."};
  }
  Updated updated{view(transaction, *actor, now), std::move(title), std::move(metadata)};
  Conversation& conversation = updated.answer.conversation;
  keep_if_new(updated.title, conversation.title);
  keep_if_new(updated.metadata, conversation.metadata);
  if (!updated.title && !updated.metadata) return updated;
  updated.position = transaction.participant_changes().update(*actor, updated.title, updated.metadata, now);
  updated.members = transaction.member_ids(actor->conversation_key);
  conversation.title = updated.title.value_or(conversation.title);
  conversation.metadata = updated.metadata.value_or(conversation.metadata);
  conversation.updated_at = now;
  return updated;
}

struct ChangedSettings {
  Settings settings;
  bool changed = false;
};

Result<ChangedSettings, Failure> apply_settings(Transaction& transaction, const UserId& user, const ConversationId& id,
                                                const SettingsChange& change, UnixTime now) {
  const auto member = transaction.find_membership(id, user);
  if (!member) return not_found("conversation");
  const Settings before = settings_at(member->settings, now);
  Settings after = before;
  if (change.muted) {
    after.muted = *change.muted;
    after.muted_until = *change.muted ? change.muted_until : std::nullopt;
  }
  after.archived = change.archived.value_or(before.archived);
  after.pinned = change.pinned.value_or(before.pinned);
  after = settings_at(after, now);
  if (after == before) return ChangedSettings{after};
  transaction.participant_changes().set_settings(*member, after);
  return ChangedSettings{after, true};
}

} // namespace

ConversationService::ConversationService(storage::Store& store, events::EventBus& bus, const WallClock& clock)
    : store_(store), bus_(bus), clock_(clock) {}

void ConversationService::create(Actor actor, NewConversation request, Done<CreatedConversation> done) {
  const UnixTime now = clock_.now();
  Conversation draft;
  draft.id =
      request.conversation_id.empty() ? ConversationId{make_uuid_v7(now.ms)} : std::move(request.conversation_id);
  draft.type = request.type;
  draft.title = std::move(request.title);
  draft.metadata = std::move(request.metadata);
  draft.history_visibility = request.history_visibility;
  draft.created_by = actor.user_id;
  draft.created_at = draft.updated_at = now;
  draft.members = founding_members(actor.user_id, request.participant_ids, now);

  events::Metadata metadata{std::move(actor.user_id), std::move(actor.origin), now};
  const auto origin = storage::origin_number(metadata.origin);
  store_.write<Created>(
      [draft = std::move(draft)](Transaction& transaction) { return create_conversation(transaction, draft); },
      [this, metadata = std::move(metadata), done = std::move(done)](Result<Created, Failure> created) mutable {
        if (!created) return done(std::move(created.error()));
        if (!created->position) return done(std::move(created->answer));
        events::ConversationCreatedEvent event{std::move(metadata), created->answer.conversation.conversation,
                                               std::move(created->members), store_.cursor_at(*created->position)};
        done(std::move(created->answer));
        bus_.publish(std::move(event));
      },
      origin);
}

void ConversationService::list(Actor actor, ConversationQuery query, Done<ConversationPage> done) {
  store_.read<ConversationPage>([user = std::move(actor.user_id), query = std::move(query), now = clock_.now()](
                                    Snapshot& snapshot) { return list_conversations(snapshot, user, query, now); },
                                std::move(done));
}

void ConversationService::open(Actor actor, ConversationId conversation_id, Done<ConversationView> done) {
  store_.read<ConversationView>(
      [user = std::move(actor.user_id), id = std::move(conversation_id),
       now = clock_.now()](Snapshot& snapshot) -> Result<ConversationView, Failure> {
        const auto viewer = snapshot.find_membership(id, user);
        if (!viewer) return not_found("conversation");
        return view(snapshot, *viewer, now);
      },
      std::move(done));
}

void ConversationService::join(Actor actor, ConversationId conversation_id, Done<ConversationView> done) {
  store_.write<ConversationView>(
      [user = std::move(actor.user_id), id = std::move(conversation_id),
       now = clock_.now()](Transaction& transaction) -> Result<ConversationView, Failure> {
        const auto viewer = transaction.find_membership(id, user);
        if (!viewer) return not_found("conversation");
        return view(transaction, *viewer, now);
      },
      std::move(done));
}

void ConversationService::update(Actor actor, ConversationId conversation_id, std::optional<std::string> title,
                                 std::optional<std::string> metadata, Done<ConversationView> done) {
  const UnixTime now = clock_.now();
  events::Metadata origin{actor.user_id, std::move(actor.origin), now};
  const auto socket = storage::origin_number(origin.origin);
  store_.write<Updated>(
      [user = std::move(actor.user_id), id = conversation_id, title = std::move(title), metadata = std::move(metadata),
       now](Transaction& transaction) { return update_conversation(transaction, user, id, title, metadata, now); },
      [this, origin = std::move(origin), id = conversation_id,
       done = std::move(done)](Result<Updated, Failure> updated) mutable {
        if (!updated) return done(std::move(updated.error()));
        done(std::move(updated->answer));
        if (!updated->position) return;
        bus_.publish(events::ConversationUpdatedEvent{std::move(origin), std::move(id), std::move(updated->title),
                                                      std::move(updated->metadata), std::move(updated->members),
                                                      store_.cursor_at(*updated->position)});
      },
      socket);
}

void ConversationService::change_settings(Actor actor, ConversationId conversation_id, SettingsChange change,
                                          Done<Settings> done) {
  const UnixTime now = clock_.now();
  events::Metadata origin{actor.user_id, std::move(actor.origin), now};
  store_.write<ChangedSettings>(
      [user = std::move(actor.user_id), id = conversation_id, change, now](Transaction& transaction) {
        return apply_settings(transaction, user, id, change, now);
      },
      [this, origin = std::move(origin), id = conversation_id,
       done = std::move(done)](Result<ChangedSettings, Failure> changed) mutable {
        if (!changed) return done(std::move(changed.error()));
        events::SettingsChangedEvent event{std::move(origin), std::move(id), changed->settings};
        done(std::move(changed->settings));
        if (changed->changed) bus_.publish(std::move(event));
      });
}

void ConversationService::check_member(Actor actor, ConversationId conversation_id, Done<std::monostate> done) {
  store_.read<std::monostate>(
      [user = std::move(actor.user_id),
       id = std::move(conversation_id)](Snapshot& snapshot) -> Result<std::monostate, Failure> {
        if (!snapshot.find_membership(id, user)) return not_found("conversation");
        return std::monostate{};
      },
      std::move(done));
}

} // namespace mentara::services
