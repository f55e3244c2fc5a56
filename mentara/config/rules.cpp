#include "mentara/config/rules.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

#include "mentara/config/suggestion.h"
#include "mentara/limits.h"
#include "wire/base/json.h"

namespace mentara {
namespace {

constexpr std::string_view table = "notifications.rules";
constexpr std::array<std::string_view, 4> priorities{"LOW", "NORMAL", "HIGH", "URGENT"};

struct Key {
  std::string_view name;
  std::string_view allowed; // completes "must be …"
  bool (*accepts)(std::string_view);
  void (*set)(NotificationRule&, const std::string&);
  std::string (*get)(const NotificationRule&);
  bool required = false;
};

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= limits::notification_type_chars_max &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
}
bool is_named(std::string_view text) { return !text.empty(); }
bool is_title(std::string_view text) { return !text.empty() && is_template(text); }
bool is_priority(std::string_view text) {
  return std::find(priorities.begin(), priorities.end(), text) != priorities.end();
}

constexpr std::string_view template_allowed = "a text in which {path} stands for a field of the event's data";

constexpr Key keys[] = {
    {"event", "the eventType of a domain event", is_named,
     [](NotificationRule& rule, const std::string& text) { rule.event = text; },
     [](const NotificationRule& rule) { return rule.event; }, true},
    {"recipients", "\"userIds\", or the path of a field of the event's data, such as \"patient.id\"", is_field_path,
     [](NotificationRule& rule, const std::string& text) { rule.recipients = text; },
     [](const NotificationRule& rule) { return rule.recipients; }},
    {"type", "a word of 1 to 64 of A-Z and _", is_word,
     [](NotificationRule& rule, const std::string& text) { rule.type = text; },
     [](const NotificationRule& rule) { return rule.type; }, true},
    {"priority", "\"LOW\", \"NORMAL\", \"HIGH\" or \"URGENT\"", is_priority,
     [](NotificationRule& rule, const std::string& text) {
       rule.priority =
           static_cast<Priority>(std::find(priorities.begin(), priorities.end(), text) - priorities.begin());
     },
     [](const NotificationRule& rule) { return std::string(priorities[static_cast<std::size_t>(rule.priority)]); }},
    {"title", template_allowed, is_title, [](NotificationRule& rule, const std::string& text) { rule.title = text; },
     [](const NotificationRule& rule) { return rule.title; }, true},
    {"message", template_allowed, is_template,
     [](NotificationRule& rule, const std::string& text) { rule.message = text; },
     [](const NotificationRule& rule) { return rule.message; }},
    {"collapse_key", template_allowed, is_template,
     [](NotificationRule& rule, const std::string& text) { rule.collapse_key = text; },
     [](const NotificationRule& rule) { return rule.collapse_key; }},
    {"action_url", template_allowed, is_template,
     [](NotificationRule& rule, const std::string& text) { rule.action_url = text; },
     [](const NotificationRule& rule) { return rule.action_url; }},
};

// The number in "notifications.rules[3].event".
std::size_t index_of(std::string_view key) {
  std::size_t index = 0;
  key.remove_prefix(table.size() + 1);
  std::from_chars(key.data(), key.data() + key.size(), index);
  return index;
}

} // namespace

bool is_rule_entry(std::string_view key) { return key.starts_with(table) && key.substr(table.size()).starts_with('['); }

std::vector<NotificationRule> read_rules(const std::vector<TomlEntry>& entries, std::vector<std::string>& problems) {
  struct Found {
    NotificationRule rule;
    std::vector<std::string_view> names;
    std::string location;
  };
  std::vector<Found> found;
  std::vector<std::string> names;
  for (const Key& key : keys) names.emplace_back(key.name);
  for (const TomlEntry& entry : entries) {
    const std::size_t index = index_of(entry.key);
    if (found.size() <= index) found.resize(index + 1);
    Found& one = found[index];
    if (one.location.empty()) one.location = entry.key_location;
    const std::string name = entry.key.substr(std::min(entry.key.find(']') + 2, entry.key.size()));
    const auto* key =
        std::find_if(std::begin(keys), std::end(keys), [&](const Key& known) { return known.name == name; });
    if (key == std::end(keys)) {
      if (name.empty()) continue; // [[notifications.rules]] without a key
      problems.push_back(entry.key_location + ": unknown key '" + name + "' of [[notifications.rules]]" +
                         suggest(name, names));
      continue;
    }
    one.names.push_back(key->name);
    if (entry.value.type == RawValue::Type::string && key->accepts(entry.value.text)) {
      key->set(one.rule, entry.value.text);
    } else {
      problems.push_back(
          entry.value_location + ": " + name + " must be " + std::string(key->allowed) + ", not " +
          (entry.value.type == RawValue::Type::string ? wire::to_json(entry.value.text) : entry.value.text));
    }
  }
  std::vector<NotificationRule> rules;
  for (Found& one : found) {
    for (const Key& key : keys) {
      if (!key.required || std::find(one.names.begin(), one.names.end(), key.name) != one.names.end()) continue;
      problems.push_back(one.location + ": this rule of [[notifications.rules]] has no " + std::string(key.name) +
                         ", which must be " + std::string(key.allowed));
    }
    rules.push_back(std::move(one.rule));
  }
  return rules;
}

std::string print_rules(const std::vector<NotificationRule>& rules) {
  std::string out;
  for (const NotificationRule& rule : rules) {
    out += "\n[[notifications.rules]]\n";
    for (const Key& key : keys) {
      const std::string value = key.get(rule);
      if (!value.empty()) out.append(key.name).append(" = ").append(wire::to_json(value)).append("\n");
    }
  }
  return out;
}

} // namespace mentara
