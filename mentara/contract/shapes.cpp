#include "mentara/contract/shapes.h"

namespace mentara::contract {
namespace {

// The domain says "none" by an empty text.
std::optional<std::string_view> unless_empty(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

std::optional<wire::RawJson> raw_unless_empty(const std::string& json) {
  if (json.empty()) return std::nullopt;
  return wire::RawJson{json};
}

} // namespace

UserShape::UserShape(const User& user)
    : id(user.id.value),
      name(unless_empty(user.name)),
      firstName(unless_empty(user.first_name)),
      lastName(unless_empty(user.last_name)),
      avatarUrl(unless_empty(user.avatar_url)),
      role(unless_empty(user.role)) {}

SenderShape::SenderShape(const User& user)
    : id(user.id.value), name(unless_empty(user.name)), avatarUrl(unless_empty(user.avatar_url)) {}

QuoteShape::QuoteShape(const Quote& quote)
    : id(quote.id.value), senderId(quote.sender_id.value), content(quote.content) {}

AttachmentShape::AttachmentShape(const Attachment& attachment)
    : url(attachment.url), name(attachment.name), size(attachment.size), mimeType(attachment.mime_type) {}

MessageShape::MessageShape(const Message& message)
    : id(message.id.value),
      conversationId(message.conversation_id.value),
      seq(message.seq),
      senderId(message.sender.id.value),
      sender(message.sender),
      content(message.content),
      messageType(message.type),
      clientMessageId(unless_empty(message.client_message_id.value)),
      attachments{message.attachments},
      metadata(raw_unless_empty(message.metadata)),
      createdAt(message.created_at),
      isEdited(message.edited_at.has_value()),
      editedAt(message.edited_at),
      isDeleted(message.deleted_at.has_value()),
      deletedAt(message.deleted_at),
      deletedBy(unless_empty(message.deleted_by.value)) {
  if (message.reply_to) replyTo.emplace(*message.reply_to);
}

ReactionShape::ReactionShape(const Reaction& reaction)
    : emoji(reaction.emoji), count(reaction.user_ids.size()), userIds{reaction.user_ids} {}

MemberShape::MemberShape(const Member& member)
    : userId(member.user.id.value),
      name(unless_empty(member.user.name)),
      avatarUrl(unless_empty(member.user.avatar_url)),
      role(member.role),
      joinedAt(member.joined_at),
      deliveredSeq(member.delivered_seq),
      readSeq(member.read_seq) {}

ConversationShape::ConversationShape(const Conversation& conversation)
    : id(conversation.id.value),
      type(conversation.type),
      title(unless_empty(conversation.title)),
      metadata(raw_unless_empty(conversation.metadata)),
      historyVisibility(conversation.history_visibility),
      createdBy(conversation.created_by.value),
      createdAt(conversation.created_at),
      updatedAt(conversation.updated_at),
      lastSeq(conversation.last_seq),
      members{conversation.members} {}

SettingsShape::SettingsShape(const Settings& settings)
    : muted(settings.muted), mutedUntil(settings.muted_until), archived(settings.archived), pinned(settings.pinned) {}

ConversationViewShape::ConversationViewShape(const ConversationView& view)
    : ConversationShape(view.conversation), unreadCount(view.unread_count), settings(view.settings) {
  if (view.last_message) lastMessage.emplace(*view.last_message);
}

} // namespace mentara::contract
