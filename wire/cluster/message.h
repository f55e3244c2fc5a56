#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "wire/base/time.h"
#include "wire/sio/adapter.h"
#include "wire/sio/payload.h"
#include "wire/sio/requests.h"

// What nodes tell each other through Redis, in the words of @socket.io/redis-adapter 8 (docs/protocol.md), so that Node
// servers with it and @socket.io/redis-emitter take part.
namespace wire::cluster {

// An event for the members of rooms on every other node.
struct BroadcastMessage {
  std::string from{}; // the node; "emitter" when it is none
  std::string nsp{};
  std::string event{};
  sio::Payload payload{};
  sio::BroadcastOptions options{};
};

// The numbers are those of the protocol.
enum class RequestType {
  sockets = 0, // the ids of those in `rooms`; older nodes ask it
  all_rooms = 1,
  remote_join = 2,
  remote_leave = 3,
  remote_disconnect = 4,
  remote_fetch = 5,
  server_side_emit = 6,
  broadcast = 7, // and answer with what clients answer
};

struct Request {
  RequestType type = RequestType::all_rooms;
  std::string from{}; // empty: an emitter, which waits for no answer
  std::string id{};   // empty: no answer is wanted
  sio::BroadcastOptions whom{};
  std::vector<std::string> rooms{}; // to join or leave
  bool close = false;               // of remote_disconnect: the connection too
  std::string event{};              // of server_side_emit and broadcast
  sio::Payload payload{};
  Duration timeout{}; // of broadcast
};

struct Response {
  enum class Kind { sockets, rooms, described, emitted, client_count, client_answer };
  Kind kind = Kind::rooms;
  std::string id{};                         // of the request
  std::vector<std::string> names{};         // ids of sockets, or rooms
  std::vector<sio::RemoteSocket> sockets{}; // described
  std::size_t clients = 0;                  // client_count: so many will answer
  sio::Payload answer{};                    // emitted, client_answer: one argument
};

enum class MessageError {
  not_json,
  not_msgpack,
  unknown_type,
  invalid, // a field is missing or of another kind
};
const char* describe(MessageError error);

} // namespace wire::cluster
