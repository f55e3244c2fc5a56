#include "wire/sio/msgpack_codec.h"

#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>

#include "wire/base/json.h"
#include "wire/base/limits.h"
#include "wire/base/log.h"
#include "wire/base/utf8.h"
#include "wire/sio/payload.h"

namespace wire::sio {
namespace {

constexpr std::uint64_t id_max = (1ull << 53) - 1;          // beyond it JavaScript cannot tell two ids apart
constexpr std::int64_t date_ms_max = 8'640'000'000'000'000; // ECMAScript's: beyond it there is no date

// --- reading ---

enum class Kind {
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
struct Head {
  Kind kind = Kind::nil;
  std::uint64_t size = 0;   // of a string, binary, array or map; the value of an unsigned integer or boolean
  std::int64_t integer = 0; // a negative one; of a date, its milliseconds
  double number = 0;
};

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

// One message from its first byte to its last. Every length is checked against the bytes that are left before it is
// believed, and depth and count of values against the limits of JSON.
class Reader {
 public:
  Reader(std::string_view bytes, std::vector<std::string>& attachments) : rest_(bytes), attachments_(attachments) {}

  Error error() const { return error_; }
  bool at_end() const { return rest_.empty(); }

  bool head(Head& head);
  bool text(std::string_view& out, std::uint64_t size) {
    out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return is_utf8(out) || fail(Error::invalid_msgpack);
  }
  // Appends it as JSON; nothing when it is undefined.
  bool value(std::string& json, std::size_t depth = 0) {
    Head first;
    return head(first) && value(first, json, depth);
  }
  bool value(const Head& first, std::string& json, std::size_t depth);
  bool key(std::string_view& out) {
    Head first;
    if (!head(first)) return false;
    if (first.kind != Kind::string) return fail(Error::invalid_msgpack);
    return text(out, first.size);
  }
  bool fail(Error error) {
    error_ = error;
    return false;
  }

 private:
  template <class T>
  bool number(T& out) {
    if (rest_.size() < sizeof(T)) return fail(Error::invalid_msgpack);
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) bits = bits << 8 | static_cast<unsigned char>(rest_[i]);
    rest_.remove_prefix(sizeof(T));
    out = static_cast<T>(bits);
    return true;
  }
  template <class T>
  bool sized(Head& head, Kind kind) {
    T size = 0;
    if (!number(size)) return false;
    return sized(head, kind, size);
  }
  // An element of an array is at least one byte, a member of a map two.
  bool sized(Head& head, Kind kind, std::uint64_t size) {
    head.kind = kind;
    head.size = size;
    const std::uint64_t least = kind == Kind::map ? 2 * size : size;
    return least <= rest_.size() || fail(Error::invalid_msgpack);
  }
  template <class T>
  bool unsigned_integer(Head& head) {
    T value = 0;
    if (!number(value)) return false;
    head.kind = Kind::unsigned_integer;
    head.size = value;
    return true;
  }
  template <class T, class Bits>
  bool signed_integer(Head& head) {
    Bits bits = 0;
    if (!number(bits)) return false;
    const auto value = static_cast<T>(bits);
    head.kind = value < 0 ? Kind::negative_integer : Kind::unsigned_integer;
    head.integer = value;
    head.size = static_cast<std::uint64_t>(value);
    return true;
  }
  template <class T>
  bool array_buffer(Head& head) { // ext 8, 16, 32: the size, the type, the bytes
    T size = 0;
    std::uint8_t type = 0;
    if (!number(size) || !number(type)) return false;
    return type == 0 ? sized(head, Kind::binary, size) : fail(Error::invalid_msgpack);
  }
  bool undefined(Head& head) {
    std::uint16_t type_and_value = 1;
    head.kind = Kind::undefined;
    return number(type_and_value) && (type_and_value == 0 || fail(Error::invalid_msgpack));
  }
  bool date(Head& head) {
    std::uint8_t type = 0;
    std::uint64_t ms = 0;
    if (!number(type) || !number(ms)) return false;
    head.kind = Kind::date;
    head.integer = static_cast<std::int64_t>(ms);
    return type == 0 || fail(Error::invalid_msgpack);
  }

  std::string_view rest_;
  std::vector<std::string>& attachments_;
  std::size_t values_ = 0;
  Error error_ = Error::invalid_msgpack;
};

bool Reader::head(Head& head) {
  std::uint8_t byte = 0;
  if (!number(byte)) return false;
  if (byte <= 0x7f) {
    head.kind = Kind::unsigned_integer;
    head.size = byte;
    return true;
  }
  if (byte <= 0x8f) return sized(head, Kind::map, byte & 0x0fu);
  if (byte <= 0x9f) return sized(head, Kind::array, byte & 0x0fu);
  if (byte <= 0xbf) return sized(head, Kind::string, byte & 0x1fu);
  if (byte >= 0xe0) {
    head.kind = Kind::negative_integer;
    head.integer = static_cast<std::int8_t>(byte);
    return true;
  }
  switch (byte) {
    case 0xc0:
      head.kind = Kind::nil;
      return true;
    case 0xc2:
    case 0xc3:
      head.kind = Kind::boolean;
      head.size = byte & 1u;
      return true;
    case 0xc4:
      return sized<std::uint8_t>(head, Kind::binary);
    case 0xc5:
      return sized<std::uint16_t>(head, Kind::binary);
    case 0xc6:
      return sized<std::uint32_t>(head, Kind::binary);
    case 0xc7:
      return array_buffer<std::uint8_t>(head);
    case 0xc8:
      return array_buffer<std::uint16_t>(head);
    case 0xc9:
      return array_buffer<std::uint32_t>(head);
    case 0xca: {
      std::uint32_t bits = 0;
      if (!number(bits)) return false;
      head.kind = Kind::floating;
      head.number = static_cast<double>(std::bit_cast<float>(bits));
      return true;
    }
    case 0xcb: {
      std::uint64_t bits = 0;
      if (!number(bits)) return false;
      head.kind = Kind::floating;
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
    case 0xd7:
      return date(head);
    case 0xd9:
      return sized<std::uint8_t>(head, Kind::string);
    case 0xda:
      return sized<std::uint16_t>(head, Kind::string);
    case 0xdb:
      return sized<std::uint32_t>(head, Kind::string);
    case 0xdc:
      return sized<std::uint16_t>(head, Kind::array);
    case 0xdd:
      return sized<std::uint32_t>(head, Kind::array);
    case 0xde:
      return sized<std::uint16_t>(head, Kind::map);
    case 0xdf:
      return sized<std::uint32_t>(head, Kind::map);
    default: // 0xc1, which is never used, and the fixexts that the parser does not know
      return fail(Error::invalid_msgpack);
  }
}

bool Reader::value(const Head& first, std::string& json, std::size_t depth) {
  if (++values_ > limits::json_values_max) return fail(Error::json_limit);
  switch (first.kind) {
    case Kind::undefined:
      return true;
    case Kind::nil:
      json += "null";
      return true;
    case Kind::boolean:
      append_json(json, first.size != 0);
      return true;
    case Kind::unsigned_integer:
      append_json_integer(json, first.size);
      return true;
    case Kind::negative_integer:
      append_json_integer(json, first.integer);
      return true;
    case Kind::floating:
      append_json(json, first.number);
      return true;
    case Kind::date:
      append_date(json, first.integer);
      return true;
    case Kind::string: {
      std::string_view string;
      if (!text(string, first.size)) return false;
      append_json(json, string);
      return true;
    }
    case Kind::binary:
      append_placeholder(json, attachments_.size());
      attachments_.emplace_back(rest_.substr(0, first.size));
      rest_.remove_prefix(first.size);
      return true;
    case Kind::array:
      if (depth == limits::json_depth_max) return fail(Error::json_limit);
      json += '[';
      for (std::uint64_t i = 0; i < first.size; ++i) {
        if (i > 0) json += ',';
        const std::size_t before = json.size();
        if (!value(json, depth + 1)) return false;
        if (json.size() == before) json += "null";
      }
      json += ']';
      return true;
    case Kind::map: {
      if (depth == limits::json_depth_max) return fail(Error::json_limit);
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

void append_text(std::string& out, std::string_view text) {
  append_size(out, string_markers, text.size());
  out += text;
}

void append_unsigned(std::string& out, std::uint64_t value) {
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

void append_integer(std::string& out, std::int64_t value) {
  if (value >= 0) return append_unsigned(out, static_cast<std::uint64_t>(value));
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
      return append_text(out, *value.string());
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
        append_text(out, name);
        append_value(out, member, packet);
      });
  }
}

} // namespace

Result<Packet, Error> parse_msgpack_packet(std::string_view bytes, std::string& json,
                                           std::vector<std::string>& attachments) {
  json.clear();
  attachments.clear();
  if (bytes.empty()) return Error::empty_packet;
  Reader reader(bytes, attachments);
  Head map;
  if (!reader.head(map)) return reader.error();
  if (map.kind != Kind::map) return Error::invalid_msgpack;

  Packet packet;
  bool has_type = false, has_nsp = false, has_id = false, has_data = false;
  for (std::uint64_t i = 0; i < map.size; ++i) {
    std::string_view name;
    Head head;
    if (!reader.key(name) || !reader.head(head)) return reader.error();
    if (name == "type") {
      if (std::exchange(has_type, true)) return Error::invalid_msgpack;
      if (head.kind != Kind::unsigned_integer || head.size > 4) return Error::unknown_type;
      packet.type = static_cast<PacketType>('0' + head.size);
    } else if (name == "nsp") {
      if (std::exchange(has_nsp, true) || head.kind != Kind::string) return Error::invalid_msgpack;
      if (!reader.text(packet.nsp, head.size)) return reader.error();
    } else if (name == "id") {
      if (std::exchange(has_id, true)) return Error::invalid_msgpack;
      if (head.kind == Kind::undefined) continue;
      if (head.kind != Kind::unsigned_integer) return Error::invalid_msgpack;
      if (head.size > id_max) return Error::id_too_large;
      packet.id = head.size;
    } else if (name == "data") {
      if (std::exchange(has_data, true)) return Error::invalid_msgpack;
      if (!reader.value(head, json, 0)) return reader.error();
    } else { // such as `options`, which the JavaScript client adds
      const std::size_t known = json.size(), bytes_known = attachments.size();
      if (!reader.value(head, json, 0)) return reader.error();
      json.resize(known);
      attachments.resize(bytes_known);
    }
  }
  if (!reader.at_end() || !has_nsp) return Error::invalid_msgpack;
  if (!has_type) return Error::unknown_type;
  const bool carries = packet.type == PacketType::event || packet.type == PacketType::ack;
  if (carries && json.empty()) return Error::invalid_payload; // here, unlike in text, the array is required
  if (!attachments.empty()) {
    if (!carries) return Error::invalid_payload;
    packet.type = packet.type == PacketType::event ? PacketType::binary_event : PacketType::binary_ack;
    packet.attachments = attachments.size();
  }
  packet.json = json;
  return packet;
}

void append_msgpack_packet(std::string& out, PacketType type, std::string_view nsp, std::optional<std::uint64_t> id,
                           std::string_view json, std::span<const std::string> attachments) {
  // What the application sends is not held to the limits of what clients may.
  static thread_local JsonParser parser({.depth_max = 512, .values_max = 10'000'000, .number_chars_max = 1000});
  if (type == PacketType::binary_event) type = PacketType::event;
  if (type == PacketType::binary_ack) type = PacketType::ack;
  out += static_cast<char>(0x82 + (id ? 1 : 0) + (json.empty() ? 0 : 1));
  append_text(out, "type");
  append_unsigned(out, static_cast<std::uint64_t>(static_cast<char>(type) - '0'));
  append_text(out, "nsp");
  append_text(out, nsp);
  if (id) {
    append_text(out, "id");
    append_unsigned(out, *id);
  }
  if (json.empty()) return;
  append_text(out, "data");
  const auto data = parser.parse(json);
  if (data) return append_value(out, *data, Args(*data, json, 0, attachments));
  log(LogLevel::error, "what was to be sent is no JSON", {{"why", to_string(data.error())}});
  append_size(out, array_markers, 0);
}

} // namespace wire::sio
