#include "mentara/services/conversation_service.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <unordered_set>
#include <utility>

#include "mentara/events/events.h"

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

ConversationView view(Snapshot& snapshot, const Membership& viewer) {
  ConversationView view;
  view.conversation = snapshot.conversation(viewer.conversation_key);
  if (viewer.last_seq > viewer.visible_above()) {
    auto last = snapshot.messages_after(viewer.conversation_key, viewer.last_seq - 1, 1);
    if (!last.empty()) view.last_message = std::move(last.front());
  }
  view.unread_count = snapshot.count_unread(viewer);
  return view;
}

ConversationView view(Snapshot& snapshot, ConversationKey conversation, const UserId& member) {
  return view(snapshot, *snapshot.find_membership(conversation, member));
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
      return Created{{view(transaction, *existing, creator), false}};
    }
  }
  if (transaction.find_conversation(draft.id)) {
    return Failure{Code::conflict, "This conversationId is already used; choose another, or leave it out.",
                   "conversationId"};
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

Result<ConversationPage, Failure> list_conversations(Snapshot& snapshot, const UserId& user,
                                                     const ConversationQuery& query) {
  const auto before = parse_cursor(query.before);
  if (!before) return invalid("before", "This is not the nextCursor of an earlier page.");
  const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(query.limit, 1));
  auto memberships = snapshot.find_memberships(user, *before, query.unread_only, limit + 1);
  ConversationPage page;
  if (memberships.size() > limit) {
    memberships.pop_back();
    page.next_cursor = std::to_string(memberships.back().activity);
  }
  for (const Membership& membership : memberships) page.conversations.push_back(view(snapshot, membership));
  return page;
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
  store_.write<Created>(
      [draft = std::move(draft)](Transaction& transaction) { return create_conversation(transaction, draft); },
      [this, metadata = std::move(metadata), done = std::move(done)](Result<Created, Failure> created) mutable {
        if (!created) return done(std::move(created.error()));
        if (!created->position) return done(std::move(created->answer));
        events::ConversationCreatedEvent event{std::move(metadata), created->answer.conversation.conversation,
                                               std::move(created->members), store_.cursor_at(*created->position)};
        done(std::move(created->answer));
        bus_.publish(std::move(event));
      });
}

void ConversationService::list(Actor actor, ConversationQuery query, Done<ConversationPage> done) {
  store_.read<ConversationPage>([user = std::move(actor.user_id), query = std::move(query)](
                                    Snapshot& snapshot) { return list_conversations(snapshot, user, query); },
                                std::move(done));
}

void ConversationService::open(Actor actor, ConversationId conversation_id, Done<ConversationView> done) {
  store_.read<ConversationView>(
      [user = std::move(actor.user_id),
       id = std::move(conversation_id)](Snapshot& snapshot) -> Result<ConversationView, Failure> {
        const auto viewer = snapshot.find_membership(id, user);
        if (!viewer) return not_found("conversation");
        return view(snapshot, *viewer);
      },
      std::move(done));
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
