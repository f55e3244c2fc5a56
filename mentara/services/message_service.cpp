#include "mentara/services/message_service.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "mentara/events/events.h"
#include "mentara/limits.h"
#include "mentara/services/message_access.h"
#include "mentara/services/notification_changes.h"
#include "mentara/storage/message_changes.h"
#include "mentara/storage/notifications.h"

namespace mentara::services {
namespace {

using storage::Membership;
using storage::Position;
using storage::Snapshot;
using storage::Transaction;
using wire::Result;

// What a transaction hands on to the event behind the answer. No position: nothing has happened.
struct Sent {
  SentMessage answer;
  std::optional<Position> position{};
  MemberIds members{};
};

struct Read {
  ReadState answer;
  std::optional<Position> position{};
  MemberIds members{};
  NotificationChanges notifications{}; // of what was read
};

// `earlier` as it was sent. What it was before it was deleted nobody knows any more.
bool is_the_same(const Message& earlier, const Message& retry) {
  if (earlier.deleted_at) return earlier.conversation_id == retry.conversation_id;
  const auto replied_id = [](const Message& message) { return message.reply_to ? message.reply_to->id : MessageId{}; };
  return earlier.conversation_id == retry.conversation_id && earlier.content == retry.content &&
         earlier.type == retry.type && earlier.attachments == retry.attachments && earlier.metadata == retry.metadata &&
         replied_id(earlier) == replied_id(retry);
}

Failure already_used(const ClientMessageId&) {
  return {Code::conflict, "This clientMessageId was used for another message; make a new one for each message.",
          "clientMessageId"};
}

// `draft` has what does not depend on what is stored.
Result<Sent, Failure> send_message(Transaction& transaction, const UserId& user, const Message& draft) {
  const auto sender = transaction.find_membership(draft.conversation_id, user);
  if (!sender) return not_found("conversation");

  // What was sent before is answered as it was then, whatever has changed since.
  const auto unless_sent_before = [&](Failure failure) -> Result<Sent, Failure> {
    if (draft.client_message_id.empty()) return failure;
    auto earlier = transaction.find_message(sender->user_key, draft.client_message_id);
    if (!earlier) return failure;
    Message as_sent = *earlier;
    if (earlier->edited_at && !earlier->deleted_at) {
      as_sent.content = transaction.message_details().edits(earlier->id).front().content;
    }
    if (!is_the_same(as_sent, draft)) return already_used(draft.client_message_id);
    return Sent{{*std::move(earlier), true}};
  };
  if (auto failure = blocked_in_direct(transaction, *sender)) return unless_sent_before(*std::move(failure));
  Message message = draft;
  message.sender = sender->user;
  if (draft.reply_to) {
    const auto found = access_message(transaction, user, draft.reply_to->id);
    if (!found || found->message.conversation_id != draft.conversation_id) {
      return unless_sent_before(not_found("message"));
    }
    const Message& replied = found->message;
    message.reply_to = Quote{replied.id, replied.sender.id, std::string(quote_text(replied.content))};
  }
  // That it is new says the index on which it is stored: asking first would look there twice.
  const auto position = transaction.insert_message(*sender, message);
  if (!position) return unless_sent_before(already_used(draft.client_message_id));
  return Sent{{std::move(message), false}, *position, transaction.member_ids(sender->conversation_key)};
}

std::size_t weight(const Message& message) {
  std::size_t bytes = message.content.size() + message.metadata.size();
  for (const Reaction& reaction : message.reactions) {
    for (const UserId& user : reaction.user_ids) bytes += user.value.size();
  }
  for (const Attachment& attachment : message.attachments) {
    bytes += attachment.url.size() + attachment.name.size() + attachment.mime_type.size();
  }
  return bytes;
}

// How many of these, in this order, fit into a page: as many as were asked for, unless they are long; at least one.
template <class Iterator>
std::size_t count_that_fit(Iterator message, Iterator end, std::size_t limit) {
  std::size_t count = 0, bytes = 0;
  for (; message != end && count < limit; ++message, ++count) {
    bytes += weight(*message);
    if (count > 0 && bytes > limits::history_page_bytes_max) break;
  }
  return count;
}

void add_reactions(Snapshot& snapshot, std::vector<Message>& messages) {
  for (Message& message : messages) message.reactions = snapshot.message_details().reactions(message.id);
}

HistoryPage latest_below(Snapshot& snapshot, const Membership& reader, std::int64_t before_seq, std::size_t limit) {
  auto messages = snapshot.messages_before(reader.conversation_key, before_seq, reader.visible_above(), limit + 1);
  add_reactions(snapshot, messages);
  const std::size_t count = count_that_fit(messages.rbegin(), messages.rend(), limit);
  const bool has_more = messages.size() > count;
  messages.erase(messages.begin(), messages.end() - static_cast<std::ptrdiff_t>(count));
  return {std::move(messages), has_more};
}

HistoryPage first_above(Snapshot& snapshot, const Membership& reader, std::int64_t after_seq, std::size_t limit) {
  auto messages =
      snapshot.messages_after(reader.conversation_key, std::max(after_seq, reader.visible_above()), limit + 1);
  add_reactions(snapshot, messages);
  const std::size_t count = count_that_fit(messages.begin(), messages.end(), limit);
  const bool has_more = messages.size() > count;
  messages.erase(messages.begin() + static_cast<std::ptrdiff_t>(count), messages.end());
  return {std::move(messages), has_more};
}

// The message itself and as many on either side of it as there are; what one side lacks is not made up by the other.
HistoryPage around(Snapshot& snapshot, const Membership& reader, std::int64_t seq, std::size_t limit) {
  const std::size_t older = limit / 2;
  HistoryPage page = latest_below(snapshot, reader, seq, older);
  HistoryPage rest = first_above(snapshot, reader, seq - 1, limit - older);
  std::move(rest.messages.begin(), rest.messages.end(), std::back_inserter(page.messages));
  page.has_more = page.has_more || rest.has_more;
  return page;
}

Result<HistoryPage, Failure> read_history(Snapshot& snapshot, const UserId& user, const HistoryQuery& query) {
  const auto reader = snapshot.find_membership(query.conversation_id, user);
  if (!reader) return not_found("conversation");
  const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(query.limit, 1));
  if (query.after_seq) return first_above(snapshot, *reader, *query.after_seq, limit);
  if (query.around_seq) return around(snapshot, *reader, *query.around_seq, limit);
  return latest_below(snapshot, *reader, query.before_seq.value_or(std::numeric_limits<std::int64_t>::max()), limit);
}

Result<Read, Failure> mark_read(Transaction& transaction, const UserId& user, const ReadMark& mark, UnixTime now) {
  ConversationId conversation_id = mark.conversation_id;
  std::int64_t seq = mark.seq.value_or(0);
  if (!mark.message_id.empty()) {
    const auto found = access_message(transaction, user, mark.message_id);
    if (!found) return found.error();
    if (conversation_id.empty()) conversation_id = found->message.conversation_id;
    if (conversation_id != found->message.conversation_id) return not_found("message");
    seq = found->message.seq;
  }
  auto reader = transaction.find_membership(conversation_id, user);
  if (!reader) return not_found("conversation");

  Read read;
  seq = std::min(seq, reader->last_seq);
  if (seq > reader->read_seq) { // it never goes back
    read.position = transaction.advance_read(*reader, seq, now);
    read.members = transaction.member_ids(reader->conversation_key);
    reader->read_seq = seq;
  }
  read.answer = {reader->conversation_id, reader->read_seq, transaction.count_unread(*reader)};
  if (read.answer.unread_count == 0) {
    read.notifications = NotificationChanges(now);
    const std::string key = message_collapse_key(reader->conversation_id);
    for (const auto& stored : transaction.notifications().find_unread(user, key)) {
      read.notifications.set_read(transaction, stored, true);
    }
    read.notifications.finish(transaction);
  }
  return read;
}

} // namespace

MessageService::MessageService(storage::Store& store, events::EventBus& bus, const WallClock& clock)
    : store_(store), bus_(bus), clock_(clock) {}

void MessageService::send(Actor actor, NewMessage request, Done<SentMessage> done) {
  const UnixTime now = clock_.now();
  Message draft;
  draft.id = {make_uuid_v7(now.ms)};
  draft.conversation_id = std::move(request.conversation_id);
  draft.content = std::move(request.content);
  draft.type = request.type;
  draft.client_message_id = std::move(request.client_message_id);
  if (!request.reply_to_id.empty()) draft.reply_to = Quote{std::move(request.reply_to_id), {}, {}};
  draft.attachments = std::move(request.attachments);
  draft.metadata = std::move(request.metadata);
  draft.created_at = now;

  events::Metadata metadata{actor.user_id, std::move(actor.origin), now};
  const auto origin = storage::origin_number(metadata.origin);
  store_.write<Sent>(
      [user = std::move(actor.user_id), draft = std::move(draft)](Transaction& transaction) {
        return send_message(transaction, user, draft);
      },
      [this, metadata = std::move(metadata), done = std::move(done)](Result<Sent, Failure> sent) mutable {
        if (!sent) return done(std::move(sent.error()));
        if (!sent->position) return done(std::move(sent->answer));
        events::MessageSentEvent event{std::move(metadata), sent->answer.message, std::move(sent->members),
                                       store_.cursor_at(*sent->position)};
        done(std::move(sent->answer));
        bus_.publish(std::move(event));
      },
      origin);
}

void MessageService::history(Actor actor, HistoryQuery query, Done<HistoryPage> done) {
  store_.read<HistoryPage>([user = std::move(actor.user_id), query = std::move(query)](
                               Snapshot& snapshot) { return read_history(snapshot, user, query); },
                           std::move(done));
}

void MessageService::read(Actor actor, ReadMark mark, Done<ReadState> done) {
  const UnixTime now = clock_.now();
  events::Metadata metadata{actor.user_id, std::move(actor.origin), now};
  const auto origin = storage::origin_number(metadata.origin);
  store_.write<Read>(
      [user = std::move(actor.user_id), mark = std::move(mark), now](Transaction& transaction) {
        return mark_read(transaction, user, mark, now);
      },
      [this, metadata = std::move(metadata), done = std::move(done)](Result<Read, Failure> read) mutable {
        if (!read) return done(std::move(read.error()));
        const ReadState state = read->answer;
        done(std::move(read->answer));
        if (read->position) {
          bus_.publish(events::MessageReadEvent{metadata, state.conversation_id, state.read_seq, state.unread_count,
                                                std::move(read->members), store_.cursor_at(*read->position)});
        }
        read->notifications.publish(bus_, store_, metadata);
      },
      origin);
}

} // namespace mentara::services
