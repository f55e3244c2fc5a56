#include "mentara/storage/log_payload.h"

#include <stdexcept>

#include "mentara/storage/stored_number.h"
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

void append_text_if_any(JsonObjectWriter& object, std::string_view name, const std::string& text) {
  if (!text.empty()) object.member(name, text);
}

void append_json_if_any(JsonObjectWriter& object, std::string_view name, const std::string& json) {
  if (!json.empty()) object.member(name, wire::RawJson{json});
}

void append_members(std::string& out, const std::vector<Member>& members) {
  out += '[';
  for (const Member& member : members) {
    if (&member != &members.front()) out += ',';
    JsonObjectWriter object(out);
    object.member("userId", member.user.id.value);
    append_text_if_any(object, "name", member.user.name);
    append_text_if_any(object, "avatarUrl", member.user.avatar_url);
    object.member("role", stored_number(member.role)).member("joinedAt", member.joined_at.ms).end();
  }
  out += ']';
}

} // namespace

std::string message_payload(const Message& message) {
  std::string out;
  out.reserve(message.content.size() + 320);
  JsonObjectWriter object(out);
  object.member("id", message.id.value)
      .member("conversationId", message.conversation_id.value)
      .member("seq", message.seq)
      .member("senderId", message.sender.id.value);
  append_text_if_any(object, "senderName", message.sender.name);
  append_text_if_any(object, "senderAvatarUrl", message.sender.avatar_url);
  object.member("content", message.content).member("messageType", stored_number(message.type));
  append_text_if_any(object, "clientMessageId", message.client_message_id.value);
  if (message.reply_to) {
    object.key("replyTo");
    JsonObjectWriter(out)
        .member("id", message.reply_to->id.value)
        .member("senderId", message.reply_to->sender_id.value)
        .member("content", message.reply_to->content)
        .end();
  }
  if (!message.attachments.empty()) {
    object.key("attachments");
    append_attachments(out, message.attachments);
  }
  append_json_if_any(object, "metadata", message.metadata);
  object.member("createdAt", message.created_at.ms);
  if (message.edited_at) object.member("editedAt", message.edited_at->ms);
  if (message.deleted_at) {
    object.member("deletedAt", message.deleted_at->ms).member("deletedBy", message.deleted_by.value);
  }
  object.end();
  return out;
}

std::string message_deleted_payload(const Message& tombstone) {
  std::string out;
  JsonObjectWriter(out)
      .member("messageId", tombstone.id.value)
      .member("conversationId", tombstone.conversation_id.value)
      .member("seq", tombstone.seq)
      .member("deletedBy", tombstone.deleted_by.value)
      .member("deletedAt", tombstone.deleted_at.value_or(UnixTime{}).ms)
      .end();
  return out;
}

std::string reaction_updated_payload(const Message& message, const std::vector<Reaction>& reactions) {
  std::string out;
  JsonObjectWriter object(out);
  object.member("messageId", message.id.value).member("conversationId", message.conversation_id.value);
  object.key("reactions");
  out += '[';
  for (const Reaction& reaction : reactions) {
    if (&reaction != &reactions.front()) out += ',';
    JsonObjectWriter entry(out);
    entry.member("emoji", reaction.emoji).key("userIds");
    out += '[';
    for (const UserId& user : reaction.user_ids) {
      if (&user != &reaction.user_ids.front()) out += ',';
      wire::append_json(out, user.value);
    }
    out += ']';
    entry.end();
  }
  out += ']';
  object.end();
  return out;
}

std::string message_read_payload(const ConversationId& conversation, const UserId& user, std::int64_t seq,
                                 UnixTime at) {
  std::string out;
  JsonObjectWriter(out)
      .member("conversationId", conversation.value)
      .member("userId", user.value)
      .member("seq", seq)
      .member("at", at.ms)
      .end();
  return out;
}

std::string conversation_created_payload(const Conversation& conversation) {
  std::string out;
  JsonObjectWriter object(out);
  object.member("id", conversation.id.value).member("type", stored_number(conversation.type));
  append_text_if_any(object, "title", conversation.title);
  append_json_if_any(object, "metadata", conversation.metadata);
  object.member("historyVisibility", stored_number(conversation.history_visibility))
      .member("createdBy", conversation.created_by.value)
      .member("createdAt", conversation.created_at.ms)
      .key("members");
  append_members(out, conversation.members);
  object.end();
  return out;
}

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
