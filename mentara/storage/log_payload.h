#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "mentara/domain/call.h"
#include "mentara/domain/conversation.h"
#include "mentara/domain/message.h"
#include "mentara/domain/notification.h"

// What a row of the log holds: all that its event says, as clients get it, so that a replay needs no other table, shows
// what was true when it happened, and a person with `sqlite3` can read it. Only the cursor is added when it is told
// (contract/durable.h). Rows are for ever: fields may be added, never changed.
namespace mentara::storage {

std::string message_payload(const Message& message); // also when it was updated
// A message's payload as it was, but for the text that it quotes.
std::string without_quote(std::string_view payload);
std::string message_deleted_payload(const Message& tombstone);
std::string reaction_updated_payload(const Message& message, const std::vector<Reaction>& reactions);
std::string conversation_updated_payload(const ConversationId& conversation, const std::optional<std::string>& title,
                                         const std::optional<std::string>& metadata);
// participant:joined, participant:left, participant:updated
std::string participant_payload(const ConversationId& conversation, const UserId& user, MemberRole role,
                                UnixTime joined_at, const UserId& by);
std::string message_read_payload(const ConversationId& conversation, const UserId& user, std::int64_t seq, UnixTime at);
std::string message_delivered_payload(const ConversationId& conversation, const UserId& user, std::int64_t seq,
                                      UnixTime at);
std::string conversation_created_payload(const Conversation& conversation);
std::string notification_payload(const Notification& notification);
std::string notification_updated_payload(const NotificationId& id, std::optional<UnixTime> read_at);
std::string notifications_all_read_payload(const NotificationId& up_to, UnixTime read_at);
std::string notification_deleted_payload(const NotificationId& id);
std::string call_over_payload(const Call& call);

// A JSON array, or nothing when there are none: how attachments stand in their column.
std::string attachments_to_text(const std::vector<Attachment>& attachments);
std::vector<Attachment> attachments_from_text(std::string_view text);

} // namespace mentara::storage
