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

// Which attachment the value stands for; none when it is no placeholder, or one of an attachment that is not there.
std::optional<std::size_t> attachment_index(JsonView value, std::size_t attachments) {
  if (attachments == 0 || !value.is_object()) return std::nullopt;
  const auto placeholder = value.find("_placeholder");
  if (!placeholder || placeholder->boolean() != true) return std::nullopt;
  const auto number = value.find("num");
  const auto index = number ? number->integer() : std::nullopt;
  if (!index || *index < 0 || static_cast<std::size_t>(*index) >= attachments) return std::nullopt;
  return static_cast<std::size_t>(*index);
}

} // namespace

void append_placeholder(std::string& out, std::size_t index) {
  out += R"({"_placeholder":true,"num":)";
  append_json_integer(out, static_cast<std::uint64_t>(index));
  out += '}';
}

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
  const auto index = attachment_index(value, attachments_.size());
  return index ? std::optional<std::string_view>(attachments_[*index]) : std::nullopt;
}

Payload& Payload::add(const Args& arguments) {
  if (arguments.attachments().empty()) {
    if (const std::string_view all = arguments.raw_all(); !all.empty()) {
      begin_argument();
      json_ += all;
    }
    return *this;
  }
  Renumbered numbers(arguments.attachments().size());
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    begin_argument();
    append_value(arguments[i], arguments, numbers);
  }
  return *this;
}

Payload& Payload::add(const Args& arguments, std::size_t index) {
  begin_argument();
  if (arguments.attachments().empty()) {
    json_ += arguments.raw(index);
  } else {
    Renumbered numbers(arguments.attachments().size());
    append_value(arguments[index], arguments, numbers);
  }
  return *this;
}

void Payload::append_attachment(std::string& out, std::string_view bytes) {
  append_placeholder(out, attachments_.size());
  attachments_.emplace_back(bytes);
}

// The numbers of placeholders count within one packet, so what is relayed in another is numbered anew; and travels
// once, however often it is named: a client that names a megabyte thousands of times must not cost us gigabytes.
void Payload::append_value(JsonView value, const Args& from, Renumbered& numbers) {
  if (const auto index = attachment_index(value, numbers.size())) {
    auto& number = numbers[*index];
    if (number) return append_placeholder(json_, *number);
    number = attachments_.size();
    return append_attachment(json_, from.attachments()[*index]);
  }
  if (value.is_array()) {
    json_ += '[';
    bool first = true;
    value.for_each_element([&](JsonView element) {
      if (!first) json_ += ',';
      first = false;
      append_value(element, from, numbers);
    });
    json_ += ']';
  } else if (value.is_object()) {
    JsonObjectWriter object(json_);
    value.for_each_member([&](std::string_view key, JsonView member) {
      object.key(key);
      append_value(member, from, numbers);
    });
    object.end();
  } else {
    append_json(json_, value);
  }
}

} // namespace wire::sio
