#include "mentara/contract/reader.h"

#include <algorithm>

#include "mentara/domain/quiet.h"
#include "wire/base/utf8.h"

namespace mentara::contract {
namespace {

std::string_view name_of(wire::JsonType type) {
  switch (type) {
    case wire::JsonType::null:
      return "null";
    case wire::JsonType::boolean:
      return "a boolean";
    case wire::JsonType::number:
      return "a number";
    case wire::JsonType::string:
      return "a string";
    case wire::JsonType::array:
      return "an array";
    case wire::JsonType::object:
      return "an object";
  }
  return "something else";
}

Failure must_be(std::string_view what, wire::JsonView view) {
  return invalid({}, "must be " + std::string(what) + ", not " + std::string(name_of(view.type())));
}

std::string bounds(std::size_t min, std::size_t max) {
  return (min == 0 ? "at most " : std::to_string(min) + " to ") + std::to_string(max);
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool equal_in_any_case(std::string_view text, std::string_view upper_case) {
  return std::equal(text.begin(), text.end(), upper_case.begin(), upper_case.end(),
                    [](char a, char b) { return upper(a) == b; });
}

bool is_word(std::string_view text, std::size_t max) {
  return !text.empty() && text.size() <= max &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
}

std::string word_of(std::size_t max) { return "of 1 to " + std::to_string(max) + " of A-Z and _"; }

// Compact JSON without the keys named __proto__. False as soon as it is longer than `bytes_max`.
bool append_compact(std::string& out, wire::JsonView view, std::size_t bytes_max) {
  bool fits = true;
  bool first = true;
  const auto separate = [&] {
    if (!first) out += ',';
    first = false;
  };
  switch (view.type()) {
    case wire::JsonType::object:
      out += '{';
      view.for_each_member([&](std::string_view key, wire::JsonView value) {
        if (!fits || key == "__proto__") return;
        separate();
        wire::append_json(out, key);
        out += ':';
        fits = append_compact(out, value, bytes_max);
      });
      out += '}';
      break;
    case wire::JsonType::array:
      out += '[';
      view.for_each_element([&](wire::JsonView value) {
        if (!fits) return;
        separate();
        fits = append_compact(out, value, bytes_max);
      });
      out += ']';
      break;
    default:
      wire::append_json(out, view);
  }
  return fits && out.size() <= bytes_max;
}

} // namespace

Fault read_text(wire::JsonView view, std::size_t min, std::size_t max, std::string& out) {
  const auto text = view.string();
  if (!text) return must_be("a string", view);
  const std::size_t chars = wire::count_code_points(*text);
  if (chars < min || chars > max) {
    return invalid({}, "must have " + bounds(min, max) + " characters, but has " + std::to_string(chars));
  }
  out = *text;
  return std::nullopt;
}

Fault read_text_bytes(wire::JsonView view, std::size_t min, std::size_t max, std::string& out) {
  const auto text = view.string();
  if (!text) return must_be("a string", view);
  if (text->size() < min || text->size() > max) {
    return invalid({}, "must have " + bounds(min, max) + " bytes of UTF-8, but has " + std::to_string(text->size()));
  }
  out = *text;
  return std::nullopt;
}

Fault read_integer(wire::JsonView view, std::int64_t min, std::int64_t max, std::int64_t& out) {
  const auto value = view.integer();
  if (value && *value >= min && *value <= max) {
    out = *value;
    return std::nullopt;
  }
  const std::string allowed = "a whole number from " + std::to_string(min) + " to " + std::to_string(max);
  if (view.type() != wire::JsonType::number) return must_be(allowed, view);
  return invalid({}, "must be " + allowed);
}

Fault read_json_object(wire::JsonView view, std::size_t bytes_max, std::string& out) {
  if (!view.is_object()) return must_be("an object", view);
  if (!append_compact(out, view, bytes_max)) {
    return invalid({}, "must be an object of at most " + std::to_string(bytes_max) + " bytes as compact JSON");
  }
  return std::nullopt;
}

Fault read_id(wire::JsonView view, std::string& out) {
  const auto text = view.string();
  if (!text) return must_be("a string", view);
  if (!is_well_formed_id(*text)) return invalid({}, "must be an id: 1 to 128 of A-Z a-z 0-9 _ - . :");
  out = *text;
  return std::nullopt;
}

Fault read_user_id(wire::JsonView view, std::string& out) {
  const auto text = view.string();
  if (!text) return must_be("a string", view);
  if (!is_well_formed_user_id(*text)) {
    return invalid({}, "must be a user id: 1 to 128 characters, no control characters");
  }
  out = *text;
  return std::nullopt;
}

Fault read_timestamp(wire::JsonView view, UnixTime& out) {
  const auto text = view.string();
  if (!text) return must_be("a time", view);
  const auto time = parse_iso8601(*text);
  if (!time) return invalid({}, "must be a time in UTC such as 2026-01-31T12:00:00.000Z");
  out = *time;
  return std::nullopt;
}

Fault read_bool(wire::JsonView view, bool& out) {
  const auto value = view.boolean();
  if (!value) return must_be("true or false", view);
  out = *value;
  return std::nullopt;
}

Fault read_enumerator(wire::JsonView view, std::span<const std::string_view> names, std::size_t& index) {
  const auto text = view.string();
  for (index = 0; text && index < names.size(); ++index) {
    if (equal_in_any_case(*text, names[index])) return std::nullopt;
  }
  std::string allowed = "must be one of ";
  for (std::string_view name : names) {
    if (name != names.front()) allowed += ", ";
    allowed += name;
  }
  return invalid({}, std::move(allowed));
}

Fault read_word(wire::JsonView view, std::size_t max, std::string& out) {
  const auto text = view.string();
  if (!text) return must_be("a string", view);
  if (!is_word(*text, max)) return invalid({}, "must be a word " + word_of(max));
  out = *text;
  return std::nullopt;
}

Fault read_clock_time(wire::JsonView view, int& minutes) {
  const auto text = view.string();
  const auto digits = [&](std::size_t at, int below) -> std::optional<int> {
    const char tens = (*text)[at], ones = (*text)[at + 1];
    if (tens < '0' || tens > '9' || ones < '0' || ones > '9') return std::nullopt;
    const int number = 10 * (tens - '0') + (ones - '0');
    return number < below ? std::optional(number) : std::nullopt;
  };
  if (text && text->size() == 5 && (*text)[2] == ':') {
    const auto hour = digits(0, 24), minute = digits(3, 60);
    if (hour && minute) {
      minutes = 60 * *hour + *minute;
      return std::nullopt;
    }
  }
  return invalid({}, "must be a time of day from \"00:00\" to \"23:59\"");
}

Fault read_time_zone(wire::JsonView view, std::string& out) {
  const auto text = view.string();
  if (!text) return must_be("a string", view);
  if (!is_time_zone(*text)) return invalid({}, "must be a time zone of the IANA database, such as \"Europe/Berlin\"");
  out = *text;
  return std::nullopt;
}

Fault check_members(wire::JsonView view, std::size_t word_max, std::size_t max) {
  if (!view.is_object()) return must_be("an object", view);
  std::size_t count = 0;
  bool words = true;
  view.for_each_member([&](std::string_view name, wire::JsonView) {
    ++count;
    words = words && is_word(name, word_max);
  });
  if (!words) return invalid({}, "must have members called by a word " + word_of(word_max));
  if (count <= max) return std::nullopt;
  return invalid({}, "must have at most " + std::to_string(max) + " members, but has " + std::to_string(count));
}

Fault check_list(wire::JsonView view, std::size_t max) {
  if (!view.is_array()) return must_be("an array", view);
  if (view.size() <= max) return std::nullopt;
  return invalid({}, "must have at most " + std::to_string(max) + " entries, but has " + std::to_string(view.size()));
}

Fault check_object(wire::JsonView view) {
  if (view.is_object()) return std::nullopt;
  return must_be("an object", view);
}

Fault is_required(std::string_view field) { return invalid(std::string(field), "is required"); }

Failure inside(std::string_view field, Failure fault) {
  const bool needs_dot = !fault.field.empty() && fault.field.front() != '[';
  fault.field.insert(0, needs_dot ? "." : "").insert(0, field);
  return fault;
}

Failure inside(std::size_t index, Failure fault) { return inside('[' + std::to_string(index) + ']', std::move(fault)); }

Failure as_sentence(Failure fault) {
  fault.error.insert(0, " ").insert(0, fault.field.empty() ? "The payload" : fault.field);
  return fault;
}

} // namespace mentara::contract
