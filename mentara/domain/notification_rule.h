#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mentara/domain/notification.h"

namespace mentara {

// Who is told what when a backend says that something has happened. The texts are templates: {a.b} is the field b of
// the field a of the event's data.
struct NotificationRule {
  std::string event;
  std::string recipients = "userIds"; // those of the request; else a path in the event's data
  std::string type;
  Priority priority = Priority::NORMAL;
  std::string title;
  std::string message{};
  std::string collapse_key{};
  std::string action_url{};
  friend bool operator==(const NotificationRule&, const NotificationRule&) = default;
};

// Names of fields, joined by dots.
bool is_field_path(std::string_view path);
// Whether each { has its } with a path in between.
bool is_template(std::string_view text);

} // namespace mentara
