#pragma once

#include <boost/describe/class.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "mentara/contract/constraints.h"
#include "mentara/contract/enums.h"
#include "mentara/contract/messaging_acks.h"
#include "mentara/domain/notification.h"
#include "mentara/limits.h"
#include "mentara/limits_of_push.h"

// Web Push: what clients ask, and what their service worker is sent.
namespace mentara::contract {

struct PushKeysInput {
  Text<1, limits::push_key_chars_max> p256dh;
  Text<1, limits::push_key_chars_max> auth;
};
BOOST_DESCRIBE_STRUCT(PushKeysInput, (), (p256dh, auth))

// push:subscribe: the browser's PushSubscription as its toJSON() gives it.
struct SubscribeToPush {
  Text<1, limits::url_chars_max> endpoint;
  PushKeysInput keys;
};
BOOST_DESCRIBE_STRUCT(SubscribeToPush, (), (endpoint, keys))

// push:unsubscribe
struct UnsubscribeFromPush {
  Text<1, limits::url_chars_max> endpoint;
};
BOOST_DESCRIBE_STRUCT(UnsubscribeFromPush, (), (endpoint))

// push:key
struct PushKeyAck {
  Success success{};
  std::string_view publicKey; // the applicationServerKey to subscribe with
};
BOOST_DESCRIBE_STRUCT(PushKeyAck, (), (success, publicKey))
void append_json(std::string& out, const PushKeyAck& ack);

// What a service worker is pushed: something to show ...
struct PushMessage {
  std::string_view id;  // of the notification
  std::string_view tag; // of showNotification(): the next one with it takes its place
  std::string_view type;
  std::string_view title;
  std::string_view message;
  Priority priority;
  std::optional<wire::RawJson> data;
  std::optional<std::string_view> actionUrl;
  UnixTime createdAt;
};
BOOST_DESCRIBE_STRUCT(PushMessage, (), (id, tag, type, title, message, priority, data, actionUrl, createdAt))
void append_json(std::string& out, const PushMessage& message);

// ... or that it was seen elsewhere, or is gone: close what has this tag.
struct PushCancelled {
  bool cancelled = true;
  std::string_view id;
  std::string_view tag;
};
BOOST_DESCRIBE_STRUCT(PushCancelled, (), (cancelled, id, tag))
void append_json(std::string& out, const PushCancelled& cancelled);

} // namespace mentara::contract
