#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/json.h"

namespace wire::sio {

// Bytes as an argument: they travel as an attachment.
struct Binary {
  std::string_view bytes;
};

// The arguments of a received event or ack. Borrowed: they are gone when the handler returns.
class Args {
 public:
  Args() = default;
  // `array`: the validated array and its text, of which `skip` elements (the event's name) are not arguments.
  Args(JsonView array, std::string_view text, std::size_t skip, std::span<const std::string> attachments)
      : array_(array), text_(text), attachments_(attachments), skip_(skip) {}

  std::size_t size() const { return array_.size() < skip_ ? 0 : array_.size() - skip_; }
  bool empty() const { return size() == 0; }
  JsonView operator[](std::size_t index) const { return array_[index + skip_]; } // null when there is none
  std::string_view raw(std::size_t index) const; // its JSON text; "null" when there is none
  std::string_view raw_all() const;              // all of them, commas between

  std::span<const std::string> attachments() const { return attachments_; }
  // The bytes that `value` (an argument, or something within one) stands for; none when it is not binary.
  std::optional<std::string_view> binary(JsonView value) const;

 private:
  JsonView array_;
  std::string_view text_ = "[]";
  std::span<const std::string> attachments_;
  std::size_t skip_ = 0;
};

// What stands in the JSON for the attachment of that number.
void append_placeholder(std::string& out, std::size_t index);

// The arguments of an event or ack to be sent.
class Payload {
 public:
  Payload() = default;
  template <class... T>
  static Payload of(const T&... arguments) {
    Payload payload;
    (payload.add(arguments), ...);
    return payload;
  }

  template <class T>
  Payload& add(const T& argument) {
    begin_argument();
    append_json(json_, argument);
    return *this;
  }
  Payload& add(Binary argument) {
    begin_argument();
    append_attachment(json_, argument.bytes);
    return *this;
  }
  Payload& add(const Args& arguments); // all of them, attachments included
  Payload& add(const Args& arguments, std::size_t index);

  // For bytes inside of an object that you write yourself: appends what stands for them.
  void append_attachment(std::string& out, std::string_view bytes);

  std::string_view json() const { return json_; } // commas between, no brackets
  const std::vector<std::string>& attachments() const { return attachments_; }

 private:
  void begin_argument() {
    if (!json_.empty()) json_ += ',';
  }
  using Renumbered = std::vector<std::optional<std::size_t>>; // by an attachment's number in the packet it came with
  void append_value(JsonView value, const Args& from, Renumbered& numbers);

  std::string json_;
  std::vector<std::string> attachments_;
};

} // namespace wire::sio
