#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "mentara/domain/conference.h"
#include "mentara/domain/failure.h"
#include "mentara/domain/id.h"
#include "mentara/services/call_actor.h"
#include "wire/base/json.h"
#include "wire/base/result.h"

// The words between the nodes of a site and the one that keeps its calls (keeper_link.h).
namespace mentara::cluster {

using services::CallActor;

// How much was told of the rooms: so many changes since a keeper began. Keepers follow each other with growing terms;
// of nothing it is 0.
struct RoomsStamp {
  std::int64_t term = 0;
  std::int64_t number = 0;
  friend auto operator<=>(const RoomsStamp&, const RoomsStamp&) = default;
};

// --- to the keeper; each but the beat bears the next number ---

// All sockets that the node has in /video-calls, in parts.
struct AllSockets {
  std::int64_t number = 0;
  std::int64_t part = 0;
  bool last = true;
  std::vector<CallActor> sockets{}; // of the user only his id and name
};
struct SocketCame {
  std::int64_t number = 0;
  CallActor socket;
};
struct SocketGone {
  std::int64_t number = 0;
  std::string socket{};
};
// What a client wants.
struct AskedOfKeeper {
  std::int64_t number = 0;
  std::int64_t id = 0; // of the answer
  std::string event{};
  CallActor actor{};
  std::string payload{}; // JSON, as the client sent it
};
struct KeeperBeat { // so far is what was told, and what was heard of all rooms
  std::int64_t number = 0;
  RoomsStamp rooms{};
};

// --- of the keeper ---

struct KeeperAnswer {
  std::int64_t id = 0;
  wire::Result<std::string, Failure> result{std::string()}; // JSON of the ack
};
struct TellAllSockets {   // something got lost
  bool rooms_too = false; // it has only just begun to keep
};
struct RoomSeats { // to everybody: the next keeper has to know
  RoomsStamp stamp{};
  ConferenceRoom room{};
};

// --- of anybody ---

// All rooms that are known, in parts: of the keeper to who has missed something, of others to one that begins to keep.
struct AllRooms {
  RoomsStamp stamp{};
  std::int64_t part = 0;
  bool last = true;
  std::vector<ConferenceRoom> rooms{};
};

struct NotKeeper { // to one who asked
  std::int64_t id = 0;
};
struct KeeperChanged {}; // to everybody: look who keeps the calls

using KeeperMessage = std::variant<AllSockets, SocketCame, SocketGone, AskedOfKeeper, KeeperBeat, KeeperAnswer,
                                   TellAllSockets, RoomSeats, AllRooms, NotKeeper, KeeperChanged>;

// One line of JSON that says what it is, and JSON that is passed on behind it.
std::string encode(const std::string& node, const KeeperMessage& message);
// With the node that tells it. None: it cannot be read. As checked as any stranger's bytes (threats E16).
std::optional<std::pair<std::string, KeeperMessage>> parse_keeper_message(std::string_view bytes,
                                                                          wire::JsonParser& parser);

} // namespace mentara::cluster
