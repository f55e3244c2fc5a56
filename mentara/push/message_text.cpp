#include "mentara/push/message_text.h"

#include "mentara/contract/push_payloads.h"
#include "mentara/domain/digest.h"
#include "mentara/push/encryption.h"

namespace mentara::push {
namespace {

constexpr std::string_view ellipsis = "…";

// At most so many bytes, whole characters.
std::string_view beginning(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

std::string encode(const Notification& notification, std::string_view topic, std::string_view message, bool with_data,
                   bool with_link) {
  contract::PushMessage push{.id = notification.id.value,
                             .tag = topic,
                             .type = notification.type,
                             .title = notification.title,
                             .message = message,
                             .priority = notification.priority,
                             .data = {},
                             .actionUrl = {},
                             .createdAt = notification.created_at};
  if (with_data && !notification.data.empty()) push.data = wire::RawJson{notification.data};
  if (with_link && !notification.action_url.empty()) push.actionUrl = notification.action_url;
  std::string text;
  contract::append_json(text, push);
  return text;
}

} // namespace

std::string topic_of(const Notification& notification) {
  const std::string& key = notification.collapse_key;
  // RFC 8030 §5.4: at most 32 characters of base64url. The service learns nothing from it.
  return sha256_hex(key.empty() ? "id " + notification.id.value : "key " + key).substr(0, 32);
}

std::string message_text(const Notification& notification) {
  const std::string topic = topic_of(notification);
  std::string text = encode(notification, topic, notification.message, true, true);
  if (text.size() <= plaintext_bytes_max) return text;
  text = encode(notification, topic, notification.message, false, true);
  std::string_view message = notification.message;
  bool with_link = true;
  while (text.size() > plaintext_bytes_max) {
    if (message.empty()) with_link = false; // the title fits always
    message = beginning(message, message.size() * 3 / 4);
    text = encode(notification, topic, message.empty() ? std::string() : std::string(message).append(ellipsis), false,
                  with_link);
  }
  return text;
}

std::string cancelled_text(const SentPush& push) {
  std::string text;
  contract::append_json(text, contract::PushCancelled{.id = push.notification_id.value, .tag = push.topic});
  return text;
}

} // namespace mentara::push
