#include "wire/sio/payload.h"

namespace wire::sio {
namespace {

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r' || text[at] == '\n')) ++at;
  return at;
}

// Where element `index` of the array begins; npos when there are fewer.
std::size_t element_begin(std::string_view array, std::size_t index) {
  std::size_t at = skip_space(array, 0) + 1; // behind the bracket
  for (;;) {
    at = skip_space(array, at);
    if (at >= array.size() || array[at] == ']') return std::string_view::npos;
    if (index-- == 0) return at;
    at = skip_space(array, json_value_end(array, at));
    if (at >= array.size() || array[at] != ',') return std::string_view::npos;
    ++at;
  }
}

} // namespace

std::string_view Args::raw(std::size_t index) const {
  const std::size_t begin = element_begin(text_, index + skip_);
  if (begin == std::string_view::npos) return "null";
  return text_.substr(begin, json_value_end(text_, begin) - begin);
}

std::string_view Args::raw_all() const {
  const std::size_t begin = element_begin(text_, skip_);
  if (begin == std::string_view::npos) return {};
  std::size_t end = text_.rfind(']');
  while (end > begin && skip_space(text_, end - 1) != end - 1) --end;
  return text_.substr(begin, end - begin);
}

std::optional<std::string_view> Args::binary(JsonView value) const {
  if (attachments_.empty() || !value.is_object()) return std::nullopt;
  const auto placeholder = value.find("_placeholder");
  if (!placeholder || placeholder->boolean() != true) return std::nullopt;
  const auto number = value.find("num");
  const auto index = number ? number->integer() : std::nullopt;
  if (!index || *index < 0 || static_cast<std::size_t>(*index) >= attachments_.size()) return std::nullopt;
  return attachments_[static_cast<std::size_t>(*index)];
}

Payload& Payload::add(const Args& arguments) {
  if (arguments.attachments().empty()) {
    if (const std::string_view all = arguments.raw_all(); !all.empty()) {
      begin_argument();
      json_ += all;
    }
    return *this;
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) add(arguments, i);
  return *this;
}

Payload& Payload::add(const Args& arguments, std::size_t index) {
  begin_argument();
  if (arguments.attachments().empty()) {
    json_ += arguments.raw(index);
  } else {
    append_value(arguments[index], arguments);
  }
  return *this;
}

void Payload::append_attachment(std::string& out, std::string_view bytes) {
  out += R"({"_placeholder":true,"num":)";
  append_json_integer(out, static_cast<std::uint64_t>(attachments_.size()));
  out += '}';
  attachments_.emplace_back(bytes);
}

// The numbers of placeholders count within one packet, so what is relayed in another is numbered anew.
void Payload::append_value(JsonView value, const Args& from) {
  if (const auto bytes = from.binary(value)) return append_attachment(json_, *bytes);
  if (value.is_array()) {
    json_ += '[';
    bool first = true;
    value.for_each_element([&](JsonView element) {
      if (!first) json_ += ',';
      first = false;
      append_value(element, from);
    });
    json_ += ']';
  } else if (value.is_object()) {
    JsonObjectWriter object(json_);
    value.for_each_member([&](std::string_view key, JsonView member) {
      object.key(key);
      append_value(member, from);
    });
    object.end();
  } else {
    append_json(json_, value);
  }
}

} // namespace wire::sio
