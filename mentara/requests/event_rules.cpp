#include "mentara/requests/event_rules.h"

#include <optional>

#include "mentara/limits.h"
#include "wire/base/utf8.h"

namespace mentara::requests {
namespace {

std::optional<wire::JsonView> at_path(wire::JsonView value, std::string_view path) {
  for (;;) {
    if (!value.is_object()) return std::nullopt;
    const std::size_t dot = path.find('.');
    const auto found = value.find(path.substr(0, dot));
    if (!found || dot == path.npos) return found;
    value = *found;
    path.remove_prefix(dot + 1);
  }
}

std::string to_words(wire::JsonView value) {
  switch (value.type()) {
    case wire::JsonType::string:
      return std::string(*value.string());
    case wire::JsonType::number:
    case wire::JsonType::boolean:
      return value.to_text();
    default:
      return {};
  }
}

// Its first `max` code points; the text is UTF-8.
void shorten(std::string& text, std::size_t max) {
  std::size_t chars = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80;
    if (begins && chars++ == max) return text.resize(i);
  }
}

void add_user(std::vector<UserId>& users, wire::JsonView value) {
  const auto text = value.string();
  if (text && is_well_formed_user_id(*text)) users.push_back({std::string(*text)});
}

} // namespace

std::string fill(std::string_view text_template, wire::JsonView event_data) {
  std::string text;
  for (;;) {
    const std::size_t open = std::min(text_template.find('{'), text_template.size());
    text.append(text_template.substr(0, open));
    const std::size_t close = text_template.find('}', open);
    if (close == text_template.npos) return text;
    if (const auto found = at_path(event_data, text_template.substr(open + 1, close - open - 1))) {
      text += to_words(*found);
    }
    text_template.remove_prefix(close + 1);
  }
}

std::vector<UserId> users_at(std::string_view path, wire::JsonView event_data) {
  std::vector<UserId> users;
  const auto found = at_path(event_data, path);
  if (!found) return users;
  add_user(users, *found);
  if (found->is_array()) found->for_each_element([&](wire::JsonView element) { add_user(users, element); });
  if (users.size() > limits::notification_recipients_max) users.resize(limits::notification_recipients_max);
  return users;
}

std::vector<services::NewNotifications> apply_rules(const std::vector<NotificationRule>& rules,
                                                    std::string_view event_type, wire::JsonView event_data,
                                                    const std::vector<UserId>& users) {
  std::vector<services::NewNotifications> requests;
  for (const NotificationRule& rule : rules) {
    if (rule.event != event_type) continue;
    services::NewNotifications request{
        .user_ids = rule.recipients == "userIds" ? users : users_at(rule.recipients, event_data),
        .draft = {.type = rule.type,
                  .title = fill(rule.title, event_data),
                  .message = fill(rule.message, event_data),
                  .priority = rule.priority,
                  .action_url = fill(rule.action_url, event_data),
                  .collapse_key = fill(rule.collapse_key, event_data)}};
    if (request.user_ids.empty()) continue;
    shorten(request.draft.title, limits::notification_title_chars_max);
    shorten(request.draft.message, limits::notification_message_chars_max);
    shorten(request.draft.action_url, limits::url_chars_max);
    shorten(request.draft.collapse_key, limits::collapse_key_chars_max);
    requests.push_back(std::move(request));
  }
  return requests;
}

} // namespace mentara::requests
