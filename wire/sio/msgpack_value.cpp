#include "wire/sio/msgpack_value.h"

#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>

#include "wire/base/log.h"
#include "wire/base/utf8.h"
#include "wire/sio/payload.h"

namespace wire::sio {
namespace {

constexpr std::uint8_t array_buffer_type = 0, timestamp_type = 0xff; // -1
constexpr std::int64_t date_ms_max = 8'640'000'000'000'000;          // ECMAScript's: beyond it there is no date

// What JSON.stringify makes of a Date: years of four digits, others with a sign and six.
void append_date(std::string& out, std::int64_t ms) {
  if (ms > date_ms_max || ms < -date_ms_max) {
    out += "null";
    return;
  }
  constexpr std::int64_t day = 86'400'000;
  const std::int64_t days = ms >= 0 ? ms / day : -((day - 1 - ms) / day);
  const std::int64_t within = ms - days * day;
  // Howard Hinnant, "chrono-compatible low-level date algorithms": civil_from_days
  const std::int64_t z = days + 719'468;
  const std::int64_t era = (z >= 0 ? z : z - 146'096) / 146'097;
  const std::int64_t day_of_era = z - era * 146'097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const int day_of_month = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  const int month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  char text[64];
  int size = 0;
  if (year >= 0 && year <= 9999) {
    size = std::snprintf(text, sizeof text, "\"%04d-", static_cast<int>(year));
  } else {
    size = std::snprintf(text, sizeof text, "\"%c%06d-", year < 0 ? '-' : '+', std::abs(static_cast<int>(year)));
  }
  out.append(text, static_cast<std::size_t>(size));
  size = std::snprintf(text, sizeof text, "%02d-%02dT%02d:%02d:%02d.%03dZ\"", month, day_of_month,
                       static_cast<int>(within / 3'600'000), static_cast<int>(within / 60'000 % 60),
                       static_cast<int>(within / 1000 % 60), static_cast<int>(within % 1000));
  out.append(text, static_cast<std::size_t>(size));
}

} // namespace

// --- reading ---

template <class T>
bool MsgpackReader::number(T& out) {
  if (rest_.size() < sizeof(T)) return fail(Error::invalid_msgpack);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) bits = bits << 8 | static_cast<unsigned char>(rest_[i]);
  rest_.remove_prefix(sizeof(T));
  out = static_cast<T>(bits);
  return true;
}

template <class T>
bool MsgpackReader::sized(MsgpackHead& head, MsgpackKind kind) {
  T size = 0;
  if (!number(size)) return false;
  return sized(head, kind, size);
}

// An element of an array is at least one byte, a member of a map two.
bool MsgpackReader::sized(MsgpackHead& head, MsgpackKind kind, std::uint64_t size) {
  head.kind = kind;
  head.size = size;
  const std::uint64_t least = kind == MsgpackKind::map ? 2 * size : size;
  return least <= rest_.size() || fail(Error::invalid_msgpack);
}

template <class T>
bool MsgpackReader::unsigned_integer(MsgpackHead& head) {
  T value = 0;
  if (!number(value)) return false;
  head.kind = MsgpackKind::unsigned_integer;
  head.size = value;
  return true;
}

template <class T, class Bits>
bool MsgpackReader::signed_integer(MsgpackHead& head) {
  Bits bits = 0;
  if (!number(bits)) return false;
  const auto value = static_cast<T>(bits);
  head.kind = value < 0 ? MsgpackKind::negative_integer : MsgpackKind::unsigned_integer;
  head.integer = value;
  head.size = static_cast<std::uint64_t>(value);
  return true;
}

// ext 8, 16, 32: the size, the type, the bytes.
template <class T>
bool MsgpackReader::ext(MsgpackHead& head) {
  T size = 0;
  std::uint8_t type = 0;
  if (!number(size) || !number(type)) return false;
  if (type == array_buffer_type) return sized(head, MsgpackKind::binary, size);
  std::uint32_t nanoseconds = 0;
  std::uint64_t seconds = 0;
  if (type != timestamp_type || size != 12) return fail(Error::invalid_msgpack);
  return number(nanoseconds) && number(seconds) && timestamp(head, seconds, nanoseconds);
}

bool MsgpackReader::undefined(MsgpackHead& head) {
  std::uint16_t type_and_value = 1;
  head.kind = MsgpackKind::undefined;
  return number(type_and_value) && (type_and_value == 0 || fail(Error::invalid_msgpack));
}

// Of 64 bits: milliseconds, or a timestamp's 30 bits of nanoseconds above 34 of seconds.
bool MsgpackReader::date(MsgpackHead& head) {
  std::uint8_t type = 0;
  std::uint64_t bits = 0;
  if (!number(type) || !number(bits)) return false;
  if (type == timestamp_type) return timestamp(head, bits & ((1ull << 34) - 1), bits >> 34);
  head.kind = MsgpackKind::date;
  head.integer = static_cast<std::int64_t>(bits);
  return type == 0 || fail(Error::invalid_msgpack);
}

// `seconds` may stand for a negative number.
bool MsgpackReader::timestamp(MsgpackHead& head, std::uint64_t seconds, std::uint64_t nanoseconds) {
  const auto signed_seconds = static_cast<std::int64_t>(seconds);
  if (nanoseconds > 999'999'999) return fail(Error::invalid_msgpack);
  head.kind = MsgpackKind::date;
  constexpr std::int64_t seconds_max = date_ms_max / 1000;
  head.integer = signed_seconds > seconds_max || signed_seconds < -seconds_max
                     ? date_ms_max + 1 // no date; see append_date()
                     : signed_seconds * 1000 + static_cast<std::int64_t>(nanoseconds / 1'000'000);
  return true;
}

bool MsgpackReader::text(std::string_view& out, std::uint64_t size) {
  out = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return is_utf8(out) || fail(Error::invalid_msgpack);
}

bool MsgpackReader::key(std::string_view& out) {
  MsgpackHead first;
  if (!head(first)) return false;
  if (first.kind != MsgpackKind::string) return fail(Error::invalid_msgpack);
  return text(out, first.size);
}

bool MsgpackReader::string(std::string& out) {
  std::string_view view;
  if (!key(view)) return false;
  out = view;
  return true;
}

bool MsgpackReader::head(MsgpackHead& head) {
  std::uint8_t byte = 0;
  if (!number(byte)) return false;
  if (byte <= 0x7f) {
    head.kind = MsgpackKind::unsigned_integer;
    head.size = byte;
    return true;
  }
  if (byte <= 0x8f) return sized(head, MsgpackKind::map, byte & 0x0fu);
  if (byte <= 0x9f) return sized(head, MsgpackKind::array, byte & 0x0fu);
  if (byte <= 0xbf) return sized(head, MsgpackKind::string, byte & 0x1fu);
  if (byte >= 0xe0) {
    head.kind = MsgpackKind::negative_integer;
    head.integer = static_cast<std::int8_t>(byte);
    return true;
  }
  switch (byte) {
    case 0xc0:
      head.kind = MsgpackKind::nil;
      return true;
    case 0xc2:
    case 0xc3:
      head.kind = MsgpackKind::boolean;
      head.size = byte & 1u;
      return true;
    case 0xc4:
      return sized<std::uint8_t>(head, MsgpackKind::binary);
    case 0xc5:
      return sized<std::uint16_t>(head, MsgpackKind::binary);
    case 0xc6:
      return sized<std::uint32_t>(head, MsgpackKind::binary);
    case 0xc7:
      return ext<std::uint8_t>(head);
    case 0xc8:
      return ext<std::uint16_t>(head);
    case 0xc9:
      return ext<std::uint32_t>(head);
    case 0xca: {
      std::uint32_t bits = 0;
      if (!number(bits)) return false;
      head.kind = MsgpackKind::floating;
      head.number = static_cast<double>(std::bit_cast<float>(bits));
      return true;
    }
    case 0xcb: {
      std::uint64_t bits = 0;
      if (!number(bits)) return false;
      head.kind = MsgpackKind::floating;
      head.number = std::bit_cast<double>(bits);
      return true;
    }
    case 0xcc:
      return unsigned_integer<std::uint8_t>(head);
    case 0xcd:
      return unsigned_integer<std::uint16_t>(head);
    case 0xce:
      return unsigned_integer<std::uint32_t>(head);
    case 0xcf:
      return unsigned_integer<std::uint64_t>(head);
    case 0xd0:
      return signed_integer<std::int8_t, std::uint8_t>(head);
    case 0xd1:
      return signed_integer<std::int16_t, std::uint16_t>(head);
    case 0xd2:
      return signed_integer<std::int32_t, std::uint32_t>(head);
    case 0xd3:
      return signed_integer<std::int64_t, std::uint64_t>(head);
    case 0xd4:
      return undefined(head);
    case 0xd6: { // a timestamp of 32 bits
      std::uint8_t type = 0;
      std::uint32_t seconds = 0;
      if (!number(type) || !number(seconds)) return false;
      return type == timestamp_type ? timestamp(head, seconds, 0) : fail(Error::invalid_msgpack);
    }
    case 0xd7:
      return date(head);
    case 0xd9:
      return sized<std::uint8_t>(head, MsgpackKind::string);
    case 0xda:
      return sized<std::uint16_t>(head, MsgpackKind::string);
    case 0xdb:
      return sized<std::uint32_t>(head, MsgpackKind::string);
    case 0xdc:
      return sized<std::uint16_t>(head, MsgpackKind::array);
    case 0xdd:
      return sized<std::uint32_t>(head, MsgpackKind::array);
    case 0xde:
      return sized<std::uint16_t>(head, MsgpackKind::map);
    case 0xdf:
      return sized<std::uint32_t>(head, MsgpackKind::map);
    default: // 0xc1, which is never used, and the fixexts that the parser does not know
      return fail(Error::invalid_msgpack);
  }
}

bool MsgpackReader::value(const MsgpackHead& first, std::string& json, std::size_t depth) {
  if (++values_ > limits_.values_max) return fail(Error::json_limit);
  switch (first.kind) {
    case MsgpackKind::undefined:
      return true;
    case MsgpackKind::nil:
      json += "null";
      return true;
    case MsgpackKind::boolean:
      append_json(json, first.size != 0);
      return true;
    case MsgpackKind::unsigned_integer:
      append_json_integer(json, first.size);
      return true;
    case MsgpackKind::negative_integer:
      append_json_integer(json, first.integer);
      return true;
    case MsgpackKind::floating:
      append_json(json, first.number);
      return true;
    case MsgpackKind::date:
      append_date(json, first.integer);
      return true;
    case MsgpackKind::string: {
      std::string_view string;
      if (!text(string, first.size)) return false;
      append_json(json, string);
      return true;
    }
    case MsgpackKind::binary:
      append_placeholder(json, attachments_.size());
      attachments_.emplace_back(rest_.substr(0, first.size));
      rest_.remove_prefix(first.size);
      return true;
    case MsgpackKind::array:
      if (depth == limits_.depth_max) return fail(Error::json_limit);
      json += '[';
      for (std::uint64_t i = 0; i < first.size; ++i) {
        if (i > 0) json += ',';
        const std::size_t before = json.size();
        if (!value(json, depth + 1)) return false;
        if (json.size() == before) json += "null";
      }
      json += ']';
      return true;
    case MsgpackKind::map: {
      if (depth == limits_.depth_max) return fail(Error::json_limit);
      json += '{';
      for (std::uint64_t i = 0; i < first.size; ++i) {
        const std::size_t before = json.size();
        std::string_view name;
        if (!key(name)) return false;
        if (json.back() != '{') json += ',';
        append_json(json, name);
        json += ':';
        const std::size_t begin = json.size();
        if (!value(json, depth + 1)) return false;
        if (json.size() == begin) json.resize(before);
      }
      json += '}';
      return true;
    }
  }
  return fail(Error::invalid_msgpack);
}

// --- writing ---

namespace {

template <class T>
void append_number(std::string& out, T value) {
  for (std::size_t shift = sizeof(T) * 8; shift > 0; shift -= 8) out += static_cast<char>(value >> (shift - 8) & 0xff);
}

// Markers of the sizes of 8, 16 and 32 bits; `small` is that of the few that fit into it, `small_max` of them.
struct Markers {
  unsigned small, small_max, one, two, four;
};
constexpr Markers string_markers{0xa0, 31, 0xd9, 0xda, 0xdb}, array_markers{0x90, 15, 0, 0xdc, 0xdd},
    map_markers{0x80, 15, 0, 0xde, 0xdf}, binary_markers{0, 0, 0xc4, 0xc5, 0xc6};

void append_size(std::string& out, const Markers& markers, std::size_t size) {
  if (markers.small != 0 && size <= markers.small_max) {
    out += static_cast<char>(markers.small | size);
  } else if (markers.one != 0 && size <= 0xff) {
    out += static_cast<char>(markers.one);
    append_number(out, static_cast<std::uint8_t>(size));
  } else if (size <= 0xffff) {
    out += static_cast<char>(markers.two);
    append_number(out, static_cast<std::uint16_t>(size));
  } else {
    out += static_cast<char>(markers.four);
    append_number(out, static_cast<std::uint32_t>(size));
  }
}

} // namespace

void append_msgpack_text(std::string& out, std::string_view text) {
  append_size(out, string_markers, text.size());
  out += text;
}

void append_msgpack_unsigned(std::string& out, std::uint64_t value) {
  if (value <= 0x7f) {
    out += static_cast<char>(value);
  } else if (value <= 0xff) {
    out += '\xcc';
    append_number(out, static_cast<std::uint8_t>(value));
  } else if (value <= 0xffff) {
    out += '\xcd';
    append_number(out, static_cast<std::uint16_t>(value));
  } else if (value <= 0xffffffff) {
    out += '\xce';
    append_number(out, static_cast<std::uint32_t>(value));
  } else {
    out += '\xcf';
    append_number(out, value);
  }
}

void append_msgpack_array(std::string& out, std::size_t size) { append_size(out, array_markers, size); }

void append_msgpack_map(std::string& out, std::size_t size) { append_size(out, map_markers, size); }

namespace {

void append_integer(std::string& out, std::int64_t value) {
  if (value >= 0) return append_msgpack_unsigned(out, static_cast<std::uint64_t>(value));
  if (value >= -32) {
    out += static_cast<char>(value);
  } else if (value >= std::numeric_limits<std::int8_t>::min()) {
    out += '\xd0';
    append_number(out, static_cast<std::uint8_t>(value));
  } else if (value >= std::numeric_limits<std::int16_t>::min()) {
    out += '\xd1';
    append_number(out, static_cast<std::uint16_t>(value));
  } else if (value >= std::numeric_limits<std::int32_t>::min()) {
    out += '\xd2';
    append_number(out, static_cast<std::uint32_t>(value));
  } else {
    out += '\xd3';
    append_number(out, static_cast<std::uint64_t>(value));
  }
}

void append_value(std::string& out, JsonView value, const Args& packet) {
  switch (value.type()) {
    case JsonType::null:
      out += '\xc0';
      return;
    case JsonType::boolean:
      out += *value.boolean() ? '\xc3' : '\xc2';
      return;
    case JsonType::number:
      if (const auto integer = value.integer()) return append_integer(out, *integer);
      out += '\xcb';
      return append_number(out, std::bit_cast<std::uint64_t>(value.number().value_or(0)));
    case JsonType::string:
      return append_msgpack_text(out, *value.string());
    case JsonType::array:
      append_size(out, array_markers, value.size());
      return value.for_each_element([&](JsonView element) { append_value(out, element, packet); });
    case JsonType::object:
      if (const auto bytes = packet.binary(value)) {
        append_size(out, binary_markers, bytes->size());
        out += *bytes;
        return;
      }
      append_size(out, map_markers, value.size());
      return value.for_each_member([&](std::string_view name, JsonView member) {
        append_msgpack_text(out, name);
        append_value(out, member, packet);
      });
  }
}

} // namespace

void append_msgpack_json(std::string& out, std::string_view json, std::span<const std::string> attachments) {
  // What the application sends is not held to the limits of what clients may.
  static thread_local JsonParser parser({.depth_max = 512, .values_max = 10'000'000, .number_chars_max = 1000});
  const auto value = parser.parse(json);
  if (value) return append_value(out, *value, Args(*value, json, 0, attachments));
  log(LogLevel::error, "what was to be sent is no JSON", {{"why", to_string(value.error())}});
  append_size(out, array_markers, 0);
}

} // namespace wire::sio
