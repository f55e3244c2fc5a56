#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/limits.h"
#include "wire/base/result.h"

// The one place that knows the JSON libraries. Reading is simdjson (json.cpp); writing is appending to a string.
namespace wire {

enum class JsonError {
  syntax,   // not JSON, or not UTF-8
  too_deep, // more than JsonLimits::depth_max levels
  too_many, // more than JsonLimits::values_max values
  number_too_long,
  duplicate_key,
};
std::string_view to_string(JsonError error);

struct JsonLimits {
  std::size_t depth_max = limits::json_depth_max;
  std::size_t values_max = limits::json_values_max;
  std::size_t number_chars_max = limits::json_number_chars_max;
};

enum class JsonType { null, boolean, number, string, array, object };

// A parsed value. It borrows from its parser: use it before that parser's next parse().
class JsonView {
 public:
  JsonView() = default; // reads as null

  JsonType type() const;
  bool is_null() const { return type() == JsonType::null; }
  bool is_string() const { return type() == JsonType::string; }
  bool is_object() const { return type() == JsonType::object; }
  bool is_array() const { return type() == JsonType::array; }

  std::optional<bool> boolean() const;
  std::optional<std::string_view> string() const; // unescaped UTF-8
  std::optional<std::int64_t> integer() const;    // a number without fraction that fits; 3.0 is 3 as in JavaScript
  std::optional<double> number() const;
  std::size_t size() const;                                 // of an array or object, else 0
  JsonView operator[](std::size_t index) const;             // of an array; null when out of range
  std::optional<JsonView> find(std::string_view key) const; // of an object; linear

  template <class F> // f(JsonView element)
  void for_each_element(F&& f) const {
    visit([](void* context, std::string_view, JsonView element) { (*static_cast<F*>(context))(element); }, &f);
  }
  template <class F> // f(std::string_view key, JsonView value)
  void for_each_member(F&& f) const {
    visit([](void* context, std::string_view key, JsonView value) { (*static_cast<F*>(context))(key, value); }, &f);
  }

  // Compact JSON text of this value (numbers in their shortest form, as JSON.stringify would).
  std::string to_text() const;

 private:
  friend class JsonParser;
  friend struct JsonAccess;
  void visit(void (*f)(void* context, std::string_view key, JsonView value), void* context) const;

  const void* document_ = nullptr;
  std::size_t index_ = 0;
};

// Validates and reads one text at a time, reusing its memory; one a thread. Everything that passed is valid JSON and
// UTF-8, within the limits and without duplicate keys, so its raw text may be relayed.
class JsonParser {
 public:
  explicit JsonParser(JsonLimits limits = {});
  ~JsonParser();
  JsonParser(const JsonParser&) = delete;
  JsonParser& operator=(const JsonParser&) = delete;

  Result<JsonView, JsonError> parse(std::string_view text);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Appends the raw texts of the elements of a *validated* array, e.g. `[1, "a,b"]` gives `1` and `"a,b"`. The views
// point into `array`.
void split_json_array(std::string_view array, std::vector<std::string_view>& elements);

// In *validated* JSON: where the value that begins at `at` ends.
std::size_t json_value_end(std::string_view text, std::size_t at);

// --- Writing: append_json(out, value) for everything that can stand in a payload. ---

// Already JSON; trusted to be valid.
struct RawJson {
  std::string_view text;
};

void append_json(std::string& out, std::string_view text); // quoted and escaped as JSON.stringify does; must be UTF-8
void append_json(std::string& out, double value);          // NaN and infinities are null, as in JavaScript
inline void append_json(std::string& out, const std::string& text) { append_json(out, std::string_view(text)); }
inline void append_json(std::string& out, const char* text) { append_json(out, std::string_view(text)); }
inline void append_json(std::string& out, RawJson json) { out += json.text; }
inline void append_json(std::string& out, std::nullptr_t) { out += "null"; }
void append_json_integer(std::string& out, std::int64_t value);
void append_json_integer(std::string& out, std::uint64_t value);
template <class T>
requires std::integral<T>
void append_json(std::string& out, T value) {
  if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_signed_v<T>) {
    append_json_integer(out, static_cast<std::int64_t>(value));
  } else {
    append_json_integer(out, static_cast<std::uint64_t>(value));
  }
}
inline void append_json(std::string& out, JsonView value) { out += value.to_text(); }
template <class T>
void append_json(std::string& out, const std::optional<T>& value) {
  if (value) {
    append_json(out, *value);
  } else {
    out += "null";
  }
}
template <class T>
void append_json(std::string& out, const std::vector<T>& values) {
  out += '[';
  bool first = true;
  for (const T& value : values) {
    if (!first) out += ',';
    first = false;
    append_json(out, value);
  }
  out += ']';
}

// An object written member by member: JsonObjectWriter{out}.member("id", id).member("seq", 7).end().
class JsonObjectWriter {
 public:
  explicit JsonObjectWriter(std::string& out) : out_(out) { out_ += '{'; }

  JsonObjectWriter& key(std::string_view name) { // then append the value yourself
    if (!first_) out_ += ',';
    first_ = false;
    append_json(out_, name);
    out_ += ':';
    return *this;
  }
  template <class T>
  JsonObjectWriter& member(std::string_view name, const T& value) {
    key(name);
    append_json(out_, value);
    return *this;
  }
  void end() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

// JSON text that is a value: json_object("id", id, "seq", 7), with as many keys and values as you like.
struct JsonText {
  std::string text;
};
inline void append_json(std::string& out, const JsonText& json) { out += json.text; }

inline void append_members(JsonObjectWriter&) {}
template <class T, class... More>
void append_members(JsonObjectWriter& writer, std::string_view key, const T& value, const More&... more) {
  writer.member(key, value);
  append_members(writer, more...);
}
template <class... KeysAndValues>
JsonText json_object(const KeysAndValues&... keys_and_values) {
  JsonText json;
  JsonObjectWriter writer(json.text);
  append_members(writer, keys_and_values...);
  writer.end();
  return json;
}

template <class T>
std::string to_json(const T& value) {
  std::string out;
  append_json(out, value);
  return out;
}

} // namespace wire
