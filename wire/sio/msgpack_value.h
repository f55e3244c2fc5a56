#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/json.h"
#include "wire/sio/packet.h"

// MessagePack, value by value, with what JavaScript's packers add to it. Values are told as JSON with attachments, the
// one form that everything above knows: `undefined` (fixext 1 of type 0) is left out, or null within an array; a date
// (fixext 8 of type 0, milliseconds; the timestamps of MessagePack, type -1) is its ISO 8601 text; `bin` and ext of
// type 0 (an ArrayBuffer) are attachments.
namespace wire::sio {

enum class MsgpackKind {
  nil,
  boolean,
  unsigned_integer,
  negative_integer,
  floating,
  string,
  binary,
  array,
  map,
  undefined,
  date
};

// What a value begins with.
struct MsgpackHead {
  MsgpackKind kind = MsgpackKind::nil;
  std::uint64_t size = 0;   // of a string, binary, array or map; the value of an unsigned integer or boolean
  std::int64_t integer = 0; // a negative one; of a date, its milliseconds
  double number = 0;
};

// One message from its first byte to its last. Every length is checked against the bytes that are left before it is
// believed, and depth and count of values against the limits of JSON.
class MsgpackReader {
 public:
  MsgpackReader(std::string_view bytes, std::vector<std::string>& attachments, JsonLimits limits = {})
      : rest_(bytes), attachments_(attachments), limits_(limits) {}

  Error error() const { return error_; }
  bool at_end() const { return rest_.empty(); }

  // Each false: see error().
  bool head(MsgpackHead& head);
  bool text(std::string_view& out, std::uint64_t size); // the string whose head was read
  bool key(std::string_view& out);
  bool string(std::string& out);
  // Appends it as JSON; nothing when it is undefined.
  bool value(std::string& json, std::size_t depth = 0) {
    MsgpackHead first;
    return head(first) && value(first, json, depth);
  }
  bool value(const MsgpackHead& first, std::string& json, std::size_t depth);
  bool fail(Error error) {
    error_ = error;
    return false;
  }

 private:
  template <class T>
  bool number(T& out);
  template <class T>
  bool sized(MsgpackHead& head, MsgpackKind kind);
  bool sized(MsgpackHead& head, MsgpackKind kind, std::uint64_t size);
  template <class T>
  bool unsigned_integer(MsgpackHead& head);
  template <class T, class Bits>
  bool signed_integer(MsgpackHead& head);
  template <class T>
  bool ext(MsgpackHead& head);
  bool undefined(MsgpackHead& head);
  bool date(MsgpackHead& head);
  bool timestamp(MsgpackHead& head, std::uint64_t seconds, std::uint64_t nanoseconds);

  std::string_view rest_;
  std::vector<std::string>& attachments_;
  const JsonLimits limits_;
  std::size_t values_ = 0;
  Error error_ = Error::invalid_msgpack;
};

// --- writing ---

void append_msgpack_text(std::string& out, std::string_view text);
void append_msgpack_unsigned(std::string& out, std::uint64_t value);
void append_msgpack_array(std::string& out, std::size_t size); // then its elements
void append_msgpack_map(std::string& out, std::size_t size);   // then its keys and values
// `json` is trusted to be valid, as everything that is sent. Placeholders in it become the bytes that they stand for.
void append_msgpack_json(std::string& out, std::string_view json, std::span<const std::string> attachments);

} // namespace wire::sio
