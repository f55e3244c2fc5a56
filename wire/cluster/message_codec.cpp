#include "wire/cluster/message_codec.h"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "wire/base/json.h"
#include "wire/base/read_json.h"
#include "wire/sio/msgpack_value.h"

namespace wire::cluster {
namespace {

using sio::MsgpackHead;
using sio::MsgpackKind;
using sio::MsgpackReader;

// Another server may say more at once than a client may.
constexpr JsonLimits message_limits{.depth_max = 128, .values_max = 1'000'000, .number_chars_max = 400};
// `timeout` of a broadcast, when a peer says none or an endless one.
constexpr std::int64_t timeout_ms_max = 60 * 60 * 1000;

JsonParser& parser() {
  static thread_local JsonParser one(message_limits);
  return one;
}

// --- what JSON and MessagePack say alike: read as JSON ---

bool read_names(JsonView value, std::vector<std::string>& names) {
  if (value.is_null()) return true;
  if (!value.is_array()) return false;
  bool all = true;
  value.for_each_element([&](JsonView element) {
    if (const auto text = element.string()) {
      names.emplace_back(*text);
    } else if (const auto number = element.integer()) { // a room of Node may be a number
      names.push_back(std::to_string(*number));
    } else {
      all = false;
    }
  });
  return all;
}

// {rooms: […], except: […], flags: {…}}
bool read_options(JsonView value, sio::BroadcastOptions& options, Duration* timeout = nullptr) {
  if (value.is_null()) return true;
  if (!value.is_object() || !read_names(value.find("rooms").value_or(JsonView()), options.rooms) ||
      !read_names(value.find("except").value_or(JsonView()), options.except)) {
    return false;
  }
  const JsonView flags = value.find("flags").value_or(JsonView());
  if (!flags.is_object()) return true;
  options.flags.is_volatile = flags.find("volatile").value_or(JsonView()).boolean().value_or(false);
  options.flags.is_ephemeral = flags.find("ephemeral").value_or(JsonView()).boolean().value_or(false);
  options.flags.compress = flags.find("compress").value_or(JsonView()).boolean().value_or(true);
  if (timeout) {
    const auto asked = flags.find("timeout").value_or(JsonView()).integer().value_or(0);
    *timeout = milliseconds(std::clamp<std::int64_t>(asked, 0, timeout_ms_max));
  }
  return true;
}

// [event, …arguments]
bool read_event(JsonView array, std::string_view text, std::span<const std::string> attachments, std::string& event,
                sio::Payload& payload) {
  if (!array.is_array() || array.size() == 0) return false;
  const auto name = array[0].string();
  if (!name) return false;
  event = *name;
  payload.add(sio::Args(array, text, 1, attachments));
  return true;
}

void append_options(std::string& out, const sio::BroadcastOptions& options, std::optional<Duration> timeout = {}) {
  JsonObjectWriter object(out);
  object.member("rooms", options.rooms).member("except", options.except).key("flags");
  JsonObjectWriter flags(out);
  if (options.flags.is_volatile) flags.member("volatile", true);
  if (options.flags.is_ephemeral) flags.member("ephemeral", true); // of ours alone; others send it as it is
  if (!options.flags.compress) flags.member("compress", false);
  if (timeout) flags.member("timeout", std::chrono::duration_cast<milliseconds>(*timeout).count());
  flags.end();
  object.end();
}

std::string event_json(std::string_view event, const sio::Payload& payload) {
  std::string json = "[";
  append_json(json, event);
  if (!payload.json().empty()) json.append(",").append(payload.json());
  return json += ']';
}

// {type: 2, data: [event, …arguments], nsp}
void append_packet(std::string& out, std::string_view nsp, std::string_view event, const sio::Payload& payload) {
  sio::append_msgpack_map(out, 3);
  sio::append_msgpack_text(out, "type");
  sio::append_msgpack_unsigned(out, 2);
  sio::append_msgpack_text(out, "data");
  sio::append_msgpack_json(out, event_json(event, payload), payload.attachments());
  sio::append_msgpack_text(out, "nsp");
  sio::append_msgpack_text(out, nsp);
}

// A whole message of MessagePack as JSON; what is binary stands in `attachments`.
bool to_json(std::string_view bytes, std::string& json, std::vector<std::string>& attachments) {
  MsgpackReader reader(bytes, attachments, message_limits);
  return reader.value(json) && reader.at_end();
}

// The raw text of a member of the object that `text` is.
std::string_view raw_member(std::string_view object, std::string_view key) {
  std::size_t at = 1;
  while (at < object.size() && object[at] == '"') {
    const std::size_t key_end = json_value_end(object, at);
    const std::size_t begin = key_end + 1; // behind the colon: our own compact text
    const std::size_t end = json_value_end(object, begin);
    if (object.substr(at + 1, key_end - at - 2) == key) return object.substr(begin, end - begin);
    at = end + 1;
  }
  return "null";
}

} // namespace

const char* describe(MessageError error) {
  switch (error) {
    case MessageError::not_json:
      return "it is not JSON";
    case MessageError::not_msgpack:
      return "it is not MessagePack";
    case MessageError::unknown_type:
      return "its type is not known";
    case MessageError::invalid:
      return "a field is missing or of another kind";
  }
  return "unknown";
}

// [uid, packet, opts]
Result<BroadcastMessage, MessageError> parse_broadcast(std::string_view bytes) {
  std::string json;
  std::vector<std::string> attachments;
  if (!to_json(bytes, json, attachments)) return MessageError::not_msgpack;
  const auto parsed = parser().parse(json);
  if (!parsed || !parsed->is_array() || parsed->size() < 2) return MessageError::invalid;
  BroadcastMessage message;
  const JsonView array = *parsed, packet = array[1];
  const auto from = array[0].string();
  if (!from || !packet.is_object()) return MessageError::invalid;
  message.from = *from;
  if (packet.find("type").value_or(JsonView()).integer() != 2) return MessageError::unknown_type;
  message.nsp = packet.find("nsp").value_or(JsonView()).string().value_or("/");
  std::vector<std::string_view> elements;
  split_json_array(json, elements);
  if (!read_event(packet.find("data").value_or(JsonView()), raw_member(elements[1], "data"), attachments, message.event,
                  message.payload) ||
      !read_options(array[2], message.options)) {
    return MessageError::invalid;
  }
  return message;
}

std::string encode(const BroadcastMessage& message) {
  std::string out;
  sio::append_msgpack_array(out, 3);
  sio::append_msgpack_text(out, message.from);
  append_packet(out, message.nsp, message.event, message.payload);
  std::string options;
  append_options(options, message.options);
  sio::append_msgpack_json(out, options, {});
  return out;
}

Result<Request, MessageError> parse_request(std::string_view bytes) {
  std::string json;
  std::vector<std::string> attachments;
  const bool is_json = bytes.starts_with('{');
  if (!is_json && !to_json(bytes, json, attachments)) return MessageError::not_msgpack;
  if (is_json) json = bytes;
  const auto parsed = parser().parse(json);
  if (!parsed) return MessageError::not_json;
  const JsonView object = *parsed;
  const auto member = [&](std::string_view key) { return object.find(key).value_or(JsonView()); };
  if (!object.is_object()) return MessageError::invalid;
  const auto type = member("type").integer();
  if (!type || *type < 0 || *type > static_cast<int>(RequestType::broadcast)) return MessageError::unknown_type;

  Request request;
  request.type = static_cast<RequestType>(*type);
  request.from = member("uid").string().value_or("");
  request.id = member("requestId").string().value_or("");
  request.close = member("close").boolean().value_or(false);
  if (!read_options(member("opts"), request.whom, &request.timeout)) return MessageError::invalid;
  switch (request.type) {
    case RequestType::sockets:
      if (!read_names(member("rooms"), request.whom.rooms)) return MessageError::invalid;
      break;
    case RequestType::remote_join:
    case RequestType::remote_leave:
      if (const auto sid = member("sid").string()) { // as older nodes say it
        request.whom.rooms = {std::string(*sid)};
        request.rooms = {std::string(member("room").string().value_or(""))};
      } else if (!read_names(member("rooms"), request.rooms)) {
        return MessageError::invalid;
      }
      break;
    case RequestType::remote_disconnect:
      if (const auto sid = member("sid").string()) request.whom.rooms = {std::string(*sid)};
      break;
    case RequestType::server_side_emit: {
      const JsonView data = member("data");
      const std::string text = data.to_text();
      if (!read_event(data, text, {}, request.event, request.payload)) return MessageError::invalid;
      break;
    }
    case RequestType::broadcast: {
      const JsonView packet = member("packet");
      if (!packet.is_object()) return MessageError::invalid;
      const std::string text = packet.find("data").value_or(JsonView()).to_text();
      if (!read_event(packet.find("data").value_or(JsonView()), text, attachments, request.event, request.payload)) {
        return MessageError::invalid;
      }
      break;
    }
    case RequestType::all_rooms:
    case RequestType::remote_fetch:
      break;
  }
  return request;
}

std::string encode(const Request& request, std::string_view nsp) {
  std::string out;
  if (request.type == RequestType::broadcast) {
    sio::append_msgpack_map(out, 5);
    sio::append_msgpack_text(out, "uid");
    sio::append_msgpack_text(out, request.from);
    sio::append_msgpack_text(out, "requestId");
    sio::append_msgpack_text(out, request.id);
    sio::append_msgpack_text(out, "type");
    sio::append_msgpack_unsigned(out, static_cast<std::uint64_t>(request.type));
    sio::append_msgpack_text(out, "packet");
    append_packet(out, nsp, request.event, request.payload);
    sio::append_msgpack_text(out, "opts");
    std::string options;
    append_options(options, request.whom, request.timeout);
    sio::append_msgpack_json(out, options, {});
    return out;
  }
  JsonObjectWriter object(out);
  if (!request.from.empty()) object.member("uid", request.from);
  if (!request.id.empty()) object.member("requestId", request.id);
  object.member("type", static_cast<int>(request.type));
  if (request.type == RequestType::server_side_emit) {
    object.member("data", RawJson{event_json(request.event, request.payload)});
  } else if (request.type != RequestType::all_rooms) {
    object.key("opts");
    append_options(out, request.whom);
    if (request.type == RequestType::remote_join || request.type == RequestType::remote_leave) {
      object.member("rooms", request.rooms);
    }
    if (request.type == RequestType::remote_disconnect) object.member("close", request.close);
  }
  object.end();
  return out;
}

namespace {

// {id, handshake, rooms, data}; what a peer leaves out is empty.
bool read_socket(JsonView value, sio::RemoteSocket& socket) {
  if (!value.is_object()) return false;
  const auto id = value.find("id").value_or(JsonView()).string();
  if (!id) return false;
  socket.id = *id;
  socket.handshake = value.find("handshake").value_or(JsonView()).to_text();
  const auto data = value.find("data");
  socket.data = data ? data->to_text() : "{}";
  return read_names(value.find("rooms").value_or(JsonView()), socket.rooms);
}

constexpr std::int64_t client_count = 8, client_answer = 9;

} // namespace

Result<Response, MessageError> parse_response(std::string_view bytes) {
  std::string json;
  std::vector<std::string> attachments;
  const bool is_json = bytes.starts_with('{');
  if (!is_json && !to_json(bytes, json, attachments)) return MessageError::not_msgpack;
  if (is_json) json = bytes;
  const auto parsed = parser().parse(json);
  if (!parsed) return MessageError::not_json;
  const JsonView object = *parsed;
  if (!object.is_object()) return MessageError::invalid;
  const auto id = object.find("requestId").value_or(JsonView()).string();
  if (!id) return MessageError::invalid;

  Response response;
  response.id = *id;
  const auto type = object.find("type").value_or(JsonView()).integer();
  const auto add_answer = [&](std::string_view key) {
    const JsonView answer = object.find(key).value_or(JsonView());
    const std::string text = "[" + answer.to_text() + "]";
    JsonParser own(message_limits);
    if (const auto array = own.parse(text)) response.answer.add(sio::Args(*array, text, 0, attachments));
  };
  if (type == client_count) {
    response.kind = Response::Kind::client_count;
    const auto count = object.find("clientCount").value_or(JsonView()).integer();
    if (!count || *count < 0 || *count > std::numeric_limits<std::int32_t>::max()) return MessageError::invalid;
    response.clients = static_cast<std::size_t>(*count);
  } else if (type == client_answer) {
    response.kind = Response::Kind::client_answer;
    add_answer("packet");
  } else if (type == static_cast<int>(RequestType::server_side_emit)) {
    response.kind = Response::Kind::emitted;
    add_answer("data");
  } else if (const auto sockets = object.find("sockets")) {
    if (!sockets->is_array()) return MessageError::invalid;
    response.kind = Response::Kind::described;
    bool all = true;
    sockets->for_each_element([&](JsonView element) {
      if (element.is_string()) {
        response.kind = Response::Kind::sockets;
        response.names.emplace_back(*element.string());
        return;
      }
      all = read_socket(element, response.sockets.emplace_back()) && all;
    });
    if (!all) return MessageError::invalid;
  } else if (const auto rooms = object.find("rooms")) {
    response.kind = Response::Kind::rooms;
    if (!read_names(*rooms, response.names)) return MessageError::invalid;
  } else {
    return MessageError::unknown_type;
  }
  return response;
}

std::string encode(const Response& response) {
  std::string out;
  if (response.kind == Response::Kind::client_answer) {
    sio::append_msgpack_map(out, 3);
    sio::append_msgpack_text(out, "type");
    sio::append_msgpack_unsigned(out, static_cast<std::uint64_t>(client_answer));
    sio::append_msgpack_text(out, "requestId");
    sio::append_msgpack_text(out, response.id);
    sio::append_msgpack_text(out, "packet");
    const std::string_view json = response.answer.json();
    sio::append_msgpack_json(out, json.empty() ? "null" : json, response.answer.attachments());
    return out;
  }
  JsonObjectWriter object(out);
  switch (response.kind) {
    case Response::Kind::client_count:
      object.member("type", client_count).member("requestId", response.id).member("clientCount", response.clients);
      break;
    case Response::Kind::emitted:
      object.member("type", static_cast<int>(RequestType::server_side_emit)).member("requestId", response.id);
      object.member("data", RawJson{response.answer.json().empty() ? "null" : response.answer.json()});
      break;
    case Response::Kind::sockets:
      object.member("requestId", response.id).member("sockets", response.names);
      break;
    case Response::Kind::rooms:
      object.member("requestId", response.id).member("rooms", response.names);
      break;
    case Response::Kind::described: {
      object.member("requestId", response.id).key("sockets");
      out += '[';
      for (const sio::RemoteSocket& socket : response.sockets) {
        if (out.back() != '[') out += ',';
        JsonObjectWriter one(out);
        one.member("id", socket.id).member("handshake", RawJson{socket.handshake}).member("rooms", socket.rooms);
        one.member("data", RawJson{socket.data.empty() ? std::string_view("{}") : std::string_view(socket.data)}).end();
      }
      out += ']';
      break;
    }
    case Response::Kind::client_answer:
      break;
  }
  object.end();
  return out;
}

} // namespace wire::cluster
