#include "mentara/storage/log_payload.h"

#include <stdexcept>

#include "mentara/contract/call_payloads.h"
#include "mentara/contract/durable.h"
#include "mentara/contract/messaging_news.h"
#include "mentara/contract/notification_news.h"
#include "wire/base/json.h"

namespace mentara::storage {
namespace {

using wire::JsonObjectWriter;

void append_attachments(std::string& out, const std::vector<Attachment>& attachments) {
  out += '[';
  for (const Attachment& attachment : attachments) {
    if (&attachment != &attachments.front()) out += ',';
    JsonObjectWriter(out)
        .member("url", attachment.url)
        .member("name", attachment.name)
        .member("size", attachment.size)
        .member("mimeType", attachment.mime_type)
        .end();
  }
  out += ']';
}

// Where the value of a member begins in an object of compact JSON that was written here; npos: it has none such.
std::size_t find_member(std::string_view json, std::size_t object, std::string_view name) {
  std::size_t at = object + 1;
  while (at < json.size() && json[at] == '"') {
    const std::size_t key_end = wire::json_value_end(json, at);
    const std::string_view key = json.substr(at + 1, key_end - at - 2);
    if (key == name) return key_end + 1;
    at = wire::json_value_end(json, key_end + 1) + 1; // behind the comma
  }
  return json.npos;
}

} // namespace

std::string without_quote(std::string_view payload) {
  std::string out(payload);
  const std::size_t quote = find_member(payload, 0, "replyTo");
  if (quote == payload.npos || payload[quote] != '{') return out;
  const std::size_t content = find_member(payload, quote, "content");
  if (content == payload.npos) return out;
  return out.replace(content, wire::json_value_end(payload, content) - content, "\"\"");
}

std::string message_payload(const Message& message) {
  return contract::without_cursor(contract::MessageSent(message, {}));
}

std::string message_deleted_payload(const Message& tombstone) {
  return contract::without_cursor(contract::MessageDeleted{tombstone.id.value,
                                                           tombstone.conversation_id.value,
                                                           tombstone.seq,
                                                           tombstone.deleted_by.value,
                                                           tombstone.deleted_at.value_or(UnixTime{}),
                                                           {}});
}

std::string reaction_updated_payload(const Message& message, const std::vector<Reaction>& reactions) {
  return contract::without_cursor(
      contract::ReactionsChanged{message.id.value, message.conversation_id.value, {reactions}, {}});
}

std::string conversation_updated_payload(const ConversationId& conversation, const std::optional<std::string>& title,
                                         const std::optional<std::string>& metadata) {
  contract::ConversationChanges changes;
  if (title) changes.title = *title;
  if (metadata) changes.metadata = wire::RawJson{*metadata};
  return contract::without_cursor(contract::ConversationUpdated{conversation.value, changes, {}});
}

std::string participant_payload(const ConversationId& conversation, const UserId& user, MemberRole role,
                                UnixTime joined_at, const UserId& by) {
  return contract::without_cursor(
      contract::ParticipantChanged{conversation.value, {user.value, role, joined_at}, by.value, {}});
}

std::string message_read_payload(const ConversationId& conversation, const UserId& user, std::int64_t seq,
                                 UnixTime at) {
  return contract::without_cursor(contract::MessageRead{conversation.value, user.value, seq, at, {}});
}

std::string message_delivered_payload(const ConversationId& conversation, const UserId& user, std::int64_t seq,
                                      UnixTime at) {
  return contract::without_cursor(contract::MessageDelivered{conversation.value, user.value, seq, at, {}});
}

std::string conversation_created_payload(const Conversation& conversation) {
  return contract::without_cursor(contract::ConversationCreated{contract::ConversationShape(conversation), {}});
}

std::string notification_payload(const Notification& notification) {
  return contract::without_cursor(contract::NotificationSent(notification, {}));
}

std::string notification_updated_payload(const NotificationId& id, std::optional<UnixTime> read_at) {
  return contract::without_cursor(contract::NotificationUpdated::of(id, read_at, {}));
}

std::string notifications_all_read_payload(const NotificationId& up_to, UnixTime read_at) {
  return contract::without_cursor(contract::NotificationUpdated::of_all(up_to, read_at, {}));
}

std::string notification_deleted_payload(const NotificationId& id) {
  return contract::without_cursor(contract::NotificationDeleted{id.value, {}});
}
std::string call_over_payload(const Call& call) { return contract::without_cursor(contract::CallOver(call, {})); }

std::string attachments_to_text(const std::vector<Attachment>& attachments) {
  std::string out;
  if (!attachments.empty()) append_attachments(out, attachments);
  return out;
}

std::vector<Attachment> attachments_from_text(std::string_view text) {
  std::vector<Attachment> attachments;
  if (text.empty()) return attachments;
  wire::JsonParser parser;
  const auto parsed = parser.parse(text);
  if (!parsed) throw std::runtime_error("the attachments of a stored message are not JSON");
  parsed->for_each_element([&](wire::JsonView element) {
    const auto text_of = [&](std::string_view name) {
      const auto found = element.find(name);
      return std::string(found ? found->string().value_or("") : "");
    };
    const auto size = element.find("size");
    attachments.push_back(
        {text_of("url"), text_of("name"), size ? size->integer().value_or(0) : 0, text_of("mimeType")});
  });
  return attachments;
}

} // namespace mentara::storage
