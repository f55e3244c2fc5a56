#include "mentara/services/message_notifier.h"

#include <utility>

#include "mentara/limits.h"
#include "mentara/storage/blocks.h"
#include "wire/base/json.h"
#include "wire/base/log.h"

namespace mentara::services {
namespace {

using storage::Membership;
using storage::MessageToTell;
using storage::Position;
using storage::Snapshot;
using storage::Transaction;
using wire::Result;

bool is_muted(const Settings& settings, UnixTime now) {
  return settings.muted && (!settings.muted_until || *settings.muted_until > now);
}

// Says who wrote and how much, not what: a notification may be shown on a locked screen.
Notification to_notification(const Membership& member, const Membership* sender, const MessageToTell& message,
                             std::int64_t unread, UnixTime now) {
  Notification notification;
  notification.id = {make_uuid_v7(now.ms)};
  notification.user_id = member.user.id;
  notification.type = "MESSAGE_RECEIVED";
  notification.title = sender && !sender->user.name.empty() ? sender->user.name : message.sender_id.value;
  notification.message = unread <= 1 ? "New message" : std::to_string(unread) + " new messages";
  notification.collapse_key = message_collapse_key(member.conversation_id);
  notification.created_at = now;
  wire::JsonObjectWriter(notification.data)
      .member("conversationId", member.conversation_id.value)
      .member("messageId", message.message_id.value)
      .member("seq", message.seq)
      .member("senderId", message.sender_id.value)
      .member("unreadCount", unread)
      .end();
  return notification;
}

} // namespace

MessageNotifier::MessageNotifier(storage::Store& store, events::EventBus& bus, const WallClock& clock, Outside outside)
    : store_(store), bus_(bus), clock_(clock), outside_(std::move(outside)) {
  bus.subscribe<events::MessageSentEvent>("notifier", [this](const events::MessageSentEvent& event) {
    const Message& message = event.message;
    Newest& newest = waiting_[message.conversation_id];
    newest.conversation_id = message.conversation_id;
    newest.members = event.members;
    note(newest, {event.cursor.position, message.id, message.seq, message.sender.id});
    const bool first = waiting_up_to_ == 0;
    waiting_up_to_ = event.cursor.position;
    if (first) outside_.wake();
  });
}

void MessageNotifier::note(Newest& newest, const MessageToTell& message) const {
  if (newest.last.position != 0 && newest.last.sender_id != message.sender_id) newest.by_other = newest.last;
  newest.last = message;
}

void MessageNotifier::begin() {
  from_log_ = true;
  tell();
}

void MessageNotifier::tell() {
  if (busy_) return;
  if (const std::uint64_t refused = bus_.counters().refused; std::exchange(refused_, refused) != refused) {
    from_log_ = true;
  }
  if (!from_log_ && waiting_.empty()) return;
  if (from_log_ || outside_.many_nodes) {
    waiting_.clear();
    waiting_up_to_ = 0;
    return read_log();
  }
  const Position up_to = std::exchange(waiting_up_to_, 0);
  auto jobs = jobs_of(std::exchange(waiting_, {}));
  // Mostly everybody is there: then nothing is written, but for the place, now and then.
  if (jobs.empty() && up_to - kept_ < limits::notifier_positions_max) return;
  store(std::move(jobs), up_to, false);
}

std::vector<MessageNotifier::Job> MessageNotifier::jobs_of(
    const std::unordered_map<ConversationId, Newest, IdHash>& conversations) {
  std::vector<Job> jobs;
  for (const auto& [id, newest] : conversations) {
    for (const UserId& member : *newest.members) {
      const MessageToTell& message = newest.last.sender_id == member ? newest.by_other : newest.last;
      if (message.position == 0 || outside_.is_there(member)) continue;
      jobs.push_back({member, id, message});
    }
  }
  return jobs;
}

void MessageNotifier::read_log() {
  struct Found {
    std::unordered_map<ConversationId, Newest, IdHash> conversations;
    Position up_to = 0;
    bool more = false;
  };
  busy_ = true;
  store_.read<Found>(
      [this](Snapshot& snapshot) -> Result<Found, Failure> {
        storage::Notifications& notifications = snapshot.notifications();
        Found found;
        found.up_to = snapshot.log().end_of_log();
        const auto messages = notifications.messages_after(notifications.messages_told(), limits::notifier_batch);
        for (const auto& [conversation_id, message] : messages) {
          Newest& newest = found.conversations[conversation_id];
          note(newest, message);
          if (newest.members) continue;
          newest.conversation_id = conversation_id;
          newest.members = snapshot.member_ids(*snapshot.find_conversation(conversation_id));
        }
        found.more = messages.size() == limits::notifier_batch;
        if (found.more) found.up_to = messages.back().second.position;
        return found;
      },
      [this](Result<Found, Failure> found) {
        if (!found) return fail(found.error());
        from_log_ = false;
        store(jobs_of(found->conversations), found->up_to, found->more);
      });
}

void MessageNotifier::store(std::vector<Job> jobs, Position up_to, bool more_in_log) {
  busy_ = true;
  const UnixTime now = clock_.now();
  store_.write_beside<NotificationChanges>(
      [jobs = std::move(jobs), up_to, now](Transaction& transaction) -> Result<NotificationChanges, Failure> {
        NotificationChanges changes(now);
        storage::Notifications& kept = transaction.notifications();
        const Position told = kept.messages_told();
        for (const Job& job : jobs) {
          if (job.message.position <= told) continue;
          const auto member = transaction.find_membership(job.conversation_id, job.user_id);
          if (!member || is_muted(member->settings, now) || member->read_seq >= job.message.seq) continue;
          if (member->visible_above() >= job.message.seq) continue;
          if (transaction.blocks().between(job.user_id, job.message.sender_id)) continue;
          if (kept.has_received(job.user_id, job.message.position)) continue; // a device of his has it
          const auto sender = transaction.find_membership(job.conversation_id, job.message.sender_id);
          changes.add(transaction, to_notification(*member, sender ? &*sender : nullptr, job.message,
                                                   transaction.count_unread(*member), now));
        }
        if (up_to > told) transaction.notification_changes().set_messages_told(up_to);
        changes.finish(transaction);
        return changes;
      },
      [this, up_to, now, more_in_log](Result<NotificationChanges, Failure> stored) {
        if (!stored) return fail(stored.error());
        busy_ = false;
        kept_ = std::max(kept_, up_to);
        stored->publish(bus_, store_, {{}, {}, now});
        if (more_in_log) from_log_ = true;
        if (from_log_ || !waiting_.empty()) outside_.wake();
      });
}

// What was to be told still stands in the log.
void MessageNotifier::fail(const Failure& failure) {
  busy_ = false;
  from_log_ = true;
  wire::log(wire::LogLevel::warn, "who was not there to receive messages is notified later",
            {{"error", failure.error}});
  outside_.retry();
}

} // namespace mentara::services
