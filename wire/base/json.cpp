#include "wire/base/json.h"

#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_set>

#include "wire/base/hash.h"

namespace wire {

namespace dom = simdjson::dom;

// A dom::element is a document and an index into its tape; JsonView holds the same two words, so that the header needs
// no simdjson.
struct JsonAccess {
  static_assert(sizeof(dom::element) == sizeof(JsonView) && std::is_trivially_copyable_v<dom::element>);
  static JsonView view(const dom::element& element) {
    JsonView view;
    std::memcpy(static_cast<void*>(&view), &element, sizeof view);
    return view;
  }
  static dom::element element(const JsonView& view) {
    dom::element element;
    std::memcpy(static_cast<void*>(&element), &view, sizeof element);
    return element;
  }
  static bool empty(const JsonView& view) { return view.document_ == nullptr; }
};

std::string_view to_string(JsonError error) {
  switch (error) {
    case JsonError::syntax:
      return "not valid JSON";
    case JsonError::too_deep:
      return "nested too deeply";
    case JsonError::too_many:
      return "too many values";
    case JsonError::number_too_long:
      return "a number is too long";
    case JsonError::duplicate_key:
      return "an object has the same key twice";
  }
  return "not valid JSON";
}

// --- JsonView ---

JsonType JsonView::type() const {
  if (JsonAccess::empty(*this)) return JsonType::null;
  switch (JsonAccess::element(*this).type()) {
    case dom::element_type::ARRAY:
      return JsonType::array;
    case dom::element_type::OBJECT:
      return JsonType::object;
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE:
      return JsonType::number;
    case dom::element_type::STRING:
      return JsonType::string;
    case dom::element_type::BOOL:
      return JsonType::boolean;
    case dom::element_type::NULL_VALUE:
      return JsonType::null;
  }
  return JsonType::null;
}

std::optional<bool> JsonView::boolean() const {
  bool value;
  if (JsonAccess::empty(*this) || JsonAccess::element(*this).get(value)) return std::nullopt;
  return value;
}

std::optional<std::string_view> JsonView::string() const {
  std::string_view value;
  if (JsonAccess::empty(*this) || JsonAccess::element(*this).get(value)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> JsonView::integer() const {
  if (JsonAccess::empty(*this)) return std::nullopt;
  const dom::element element = JsonAccess::element(*this);
  std::int64_t value;
  if (!element.get(value)) return value;
  double real;
  if (element.get(real) || real != std::trunc(real) || std::abs(real) > 9007199254740992.0) return std::nullopt;
  return static_cast<std::int64_t>(real);
}

std::optional<double> JsonView::number() const {
  double value;
  if (JsonAccess::empty(*this) || JsonAccess::element(*this).get(value)) return std::nullopt;
  return value;
}

std::size_t JsonView::size() const {
  if (JsonAccess::empty(*this)) return 0;
  const dom::element element = JsonAccess::element(*this);
  dom::array array;
  if (!element.get(array)) return array.size();
  dom::object object;
  if (!element.get(object)) return object.size();
  return 0;
}

JsonView JsonView::operator[](std::size_t index) const {
  dom::array array;
  dom::element found;
  if (JsonAccess::empty(*this) || JsonAccess::element(*this).get(array) || array.at(index).get(found)) return {};
  return JsonAccess::view(found);
}

std::optional<JsonView> JsonView::find(std::string_view key) const {
  dom::object object;
  dom::element found;
  if (JsonAccess::empty(*this) || JsonAccess::element(*this).get(object) || object.at_key(key).get(found)) {
    return std::nullopt;
  }
  return JsonAccess::view(found);
}

void JsonView::visit(void (*f)(void*, std::string_view, JsonView), void* context) const {
  if (JsonAccess::empty(*this)) return;
  const dom::element element = JsonAccess::element(*this);
  dom::array array;
  dom::object object;
  if (!element.get(array)) {
    for (dom::element child : array) f(context, {}, JsonAccess::view(child));
  } else if (!element.get(object)) {
    for (dom::key_value_pair member : object) f(context, member.key, JsonAccess::view(member.value));
  }
}

std::string JsonView::to_text() const {
  std::string out;
  switch (type()) {
    case JsonType::null:
      out = "null";
      break;
    case JsonType::boolean:
      append_json(out, *boolean());
      break;
    case JsonType::string:
      append_json(out, *string());
      break;
    case JsonType::number: {
      const dom::element element = JsonAccess::element(*this);
      std::int64_t as_signed;
      std::uint64_t as_unsigned;
      if (!element.get(as_signed)) {
        append_json(out, as_signed);
      } else if (!element.get(as_unsigned)) {
        append_json(out, as_unsigned);
      } else {
        append_json(out, *number());
      }
      break;
    }
    case JsonType::array: {
      out = "[";
      for_each_element([&](JsonView value) {
        if (out.size() > 1) out += ',';
        out += value.to_text();
      });
      out += ']';
      break;
    }
    case JsonType::object: {
      JsonObjectWriter writer(out);
      for_each_member([&](std::string_view key, JsonView value) { writer.member(key, value); });
      writer.end();
      break;
    }
  }
  return out;
}

// --- JsonParser ---

namespace {

bool is_number_char(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

// Is there a number of more than `chars_max` characters outside of strings? A run that long must cover a multiple of
// its length, so most texts are answered by looking at one character in 64.
bool has_long_number(std::string_view text, std::size_t chars_max) {
  bool suspicious = false;
  for (std::size_t at = chars_max; at < text.size() && !suspicious; at += chars_max) {
    if (!is_number_char(text[at])) continue;
    std::size_t begin = at, end = at + 1;
    while (begin > 0 && is_number_char(text[begin - 1])) --begin;
    while (end < text.size() && is_number_char(text[end])) ++end;
    suspicious = end - begin > chars_max;
  }
  if (!suspicious) return false;
  std::size_t run = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_string = false;
      continue;
    }
    in_string = c == '"';
    run = is_number_char(c) ? run + 1 : 0;
    if (run > chars_max) return true;
  }
  return false;
}

// JavaScript writes 1e20 as 100000000000000000000, which no 64-bit integer holds and simdjson refuses. Such an integer
// means the same with an exponent behind it.
std::string with_exponents_on_big_integers(std::string_view text) {
  std::string out;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      out += c;
      if (c == '\\' && i + 1 < text.size())
        out += text[++i];
      else if (c == '"')
        in_string = false;
      continue;
    }
    if (!is_number_char(c)) {
      in_string = c == '"';
      out += c;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && is_number_char(text[end])) ++end;
    const std::string_view number = text.substr(i, end - i);
    out += number;
    if (number.size() > 18 && number.find_first_of(".eE") == std::string_view::npos) out += "e0";
    i = end - 1;
  }
  return out;
}

struct Walk {
  const JsonLimits& limits;
  std::size_t values = 0;

  // `depth`: levels around the element. simdjson has bounded them already, except that it does not count an empty array
  // or object.
  std::optional<JsonError> check(const dom::element& element, std::size_t depth) {
    if (++values > limits.values_max) return JsonError::too_many;
    const bool is_array = element.is_array();
    if (!is_array && !element.is_object()) return std::nullopt;
    if (depth == limits.depth_max) return JsonError::too_deep;
    if (!is_array) return check_object(dom::object(element), depth + 1);
    for (dom::element child : dom::array(element)) {
      if (auto error = check(child, depth + 1)) return error;
    }
    return std::nullopt;
  }

  std::optional<JsonError> check_object(const dom::object& object, std::size_t depth) {
    constexpr std::size_t few = 16; // up to here comparing all pairs is faster than a set
    std::string_view seen[few];
    std::size_t count = 0;
    std::unordered_set<std::string_view, SeededHash> many;
    for (dom::key_value_pair member : object) {
      if (count < few) {
        for (std::size_t i = 0; i < count; ++i) {
          if (seen[i] == member.key) return JsonError::duplicate_key;
        }
        seen[count++] = member.key;
      } else {
        if (many.empty()) many.insert(seen, seen + few);
        if (!many.insert(member.key).second) return JsonError::duplicate_key;
      }
      if (auto error = check(member.value, depth)) return error;
    }
    return std::nullopt;
  }
};

} // namespace

struct JsonParser::Impl {
  explicit Impl(JsonLimits l) : limits(l) {}

  simdjson::error_code parse(std::string_view text, dom::element& root) {
    if (padded.size() < text.size() + simdjson::SIMDJSON_PADDING) {
      padded.resize(text.size() + simdjson::SIMDJSON_PADDING);
    }
    std::memcpy(padded.data(), text.data(), text.size());
    std::memset(padded.data() + text.size(), ' ', simdjson::SIMDJSON_PADDING);
    if (text.size() > parser.capacity() || parser.max_depth() != limits.depth_max + 1) {
      // One level more than allowed: simdjson counts the document itself.
      const std::size_t capacity = std::max<std::size_t>(text.size() * 2, 4096);
      if (auto error = parser.allocate(capacity, limits.depth_max + 1)) return error;
    }
    return parser.parse(padded.data(), text.size(), false).get(root);
  }

  const JsonLimits limits;
  dom::parser parser;
  std::string padded;
};

JsonParser::JsonParser(JsonLimits limits) : impl_(std::make_unique<Impl>(limits)) {}
JsonParser::~JsonParser() = default;

Result<JsonView, JsonError> JsonParser::parse(std::string_view text) {
  if (text.empty()) return JsonError::syntax;
  if (text.size() > impl_->limits.number_chars_max && has_long_number(text, impl_->limits.number_chars_max)) {
    return JsonError::number_too_long;
  }
  dom::element root;
  auto error = impl_->parse(text, root);
  if (error == simdjson::NUMBER_ERROR) error = impl_->parse(with_exponents_on_big_integers(text), root);
  if (error == simdjson::DEPTH_ERROR) return JsonError::too_deep;
  if (error) return JsonError::syntax;
  if (auto broken = Walk{impl_->limits}.check(root, 0)) return *broken;
  return JsonAccess::view(root);
}

namespace {

// Behind the string that begins at `at`. It looks for quotes, many bytes at a time; behind an odd number of backslashes
// it is one of the string's own.
std::size_t string_end(std::string_view text, std::size_t at) {
  for (std::size_t quote = text.find('"', at + 1); quote != std::string_view::npos; quote = text.find('"', quote + 1)) {
    std::size_t backslashes = 0;
    while (text[quote - 1 - backslashes] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return quote + 1;
  }
  return text.size();
}

} // namespace

void split_json_array(std::string_view array, std::vector<std::string_view>& elements) {
  std::size_t i = array.find('[');
  if (i == std::string_view::npos) return;
  std::size_t begin = ++i;
  int depth = 0;
  const auto take = [&](std::size_t end) {
    std::string_view element = array.substr(begin, end - begin);
    constexpr std::string_view space = " \t\r\n";
    const std::size_t first = element.find_first_not_of(space);
    if (first == std::string_view::npos) return;
    elements.push_back(element.substr(first, element.find_last_not_of(space) - first + 1));
  };
  for (; i < array.size(); ++i) {
    switch (array[i]) {
      case '"':
        i = string_end(array, i) - 1;
        break;
      case '[':
      case '{':
        ++depth;
        break;
      case '}':
        --depth;
        break;
      case ']':
        if (depth-- == 0) return take(i);
        break;
      case ',':
        if (depth == 0) {
          take(i);
          begin = i + 1;
        }
        break;
      default:
        break;
    }
  }
}

std::size_t json_value_end(std::string_view text, std::size_t at) {
  int depth = 0;
  for (; at < text.size(); ++at) {
    switch (text[at]) {
      case '"':
        at = string_end(text, at) - 1;
        if (depth == 0) return at + 1;
        break;
      case '[':
      case '{':
        ++depth;
        break;
      case ']':
      case '}':
        if (depth == 0) return at;
        if (--depth == 0) return at + 1;
        break;
      case ',':
      case ' ':
      case '\t':
      case '\r':
      case '\n':
        if (depth == 0) return at;
        break;
      default:
        break;
    }
  }
  return text.size();
}

} // namespace wire
