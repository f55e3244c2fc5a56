#include "mentara/cluster/keeper_message.h"

namespace mentara::cluster {
namespace {

constexpr std::int64_t version = 1;

constexpr std::string_view kind_all = "all";
constexpr std::string_view kind_came = "came";
constexpr std::string_view kind_gone = "gone";
constexpr std::string_view kind_ask = "ask";
constexpr std::string_view kind_beat = "beat";
constexpr std::string_view kind_answer = "answer";
constexpr std::string_view kind_failure = "failure";
constexpr std::string_view kind_tell_all = "tell-all";
constexpr std::string_view kind_room = "room";
constexpr std::string_view kind_rooms = "rooms";
constexpr std::string_view kind_not_keeper = "not-keeper";
constexpr std::string_view kind_changed = "changed";

// --- writing ---

template <class T, class Write>
void append_list(std::string& out, const std::vector<T>& values, Write write) {
  out += '[';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    write(values[i]);
  }
  out += ']';
}

void append_actor(std::string& out, const CallActor& actor) {
  const User& user = actor.user;
  wire::JsonObjectWriter writer(out);
  const auto unless_empty = [&](std::string_view key, const std::string& text) {
    if (!text.empty()) writer.member(key, text);
  };
  writer.member("user", user.id.value).member("device", actor.device_id.value).member("socket", actor.socket);
  unless_empty("name", user.name);
  unless_empty("firstName", user.first_name);
  unless_empty("lastName", user.last_name);
  unless_empty("avatarUrl", user.avatar_url);
  unless_empty("role", user.role);
  writer.end();
}

void append_seat(std::string& out, const ConferenceSeat& seat) {
  const CallMedia& media = seat.who.media;
  wire::JsonObjectWriter(out)
      .member("user", seat.who.user_id.value)
      .member("device", seat.who.device_id.value)
      .member("name", seat.who.name)
      .member("socket", seat.socket)
      .member("audio", media.audio)
      .member("video", media.video)
      .member("screen", media.screen)
      .member("hold", media.hold)
      .end();
}

void append_room(std::string& out, const ConferenceRoom& room) {
  wire::JsonObjectWriter writer(out);
  writer.member("room", room.id.value).key("seats");
  append_list(out, room.seats, [&](const ConferenceSeat& seat) { append_seat(out, seat); });
  writer.end();
}

struct Writer {
  wire::JsonObjectWriter& out;
  std::string& text;
  std::string_view& payload; // behind the line

  void operator()(const AllSockets& all) const {
    out.member("kind", kind_all).member("number", all.number).member("part", all.part).member("last", all.last);
    out.key("sockets");
    append_list(text, all.sockets, [&](const CallActor& socket) { append_actor(text, socket); });
  }
  void operator()(const SocketCame& came) const {
    out.member("kind", kind_came).member("number", came.number).key("socket");
    append_actor(text, came.socket);
  }
  void operator()(const SocketGone& gone) const {
    out.member("kind", kind_gone).member("number", gone.number).member("socket", gone.socket);
  }
  void operator()(const AskedOfKeeper& asked) const {
    out.member("kind", kind_ask).member("number", asked.number).member("id", asked.id).member("event", asked.event);
    out.key("socket");
    append_actor(text, asked.actor);
    payload = asked.payload;
  }
  void operator()(const KeeperBeat& beat) const {
    out.member("kind", kind_beat).member("number", beat.number);
    stamp(beat.rooms);
  }
  void operator()(const KeeperAnswer& answer) const {
    if (answer.result) {
      out.member("kind", kind_answer).member("id", answer.id);
      payload = *answer.result;
      return;
    }
    const Failure& failure = answer.result.error();
    out.member("kind", kind_failure).member("id", answer.id).member("code", static_cast<int>(failure.code));
    out.member("error", failure.error).member("field", failure.field).member("call", failure.call_id);
    if (failure.retry_after_ms) out.member("retryAfterMs", *failure.retry_after_ms);
  }
  void operator()(const TellAllSockets& tell) const {
    out.member("kind", kind_tell_all).member("roomsToo", tell.rooms_too);
  }
  void operator()(const RoomSeats& seats) const {
    out.member("kind", kind_room);
    stamp(seats.stamp);
    out.key("room");
    append_room(text, seats.room);
  }
  void operator()(const AllRooms& all) const {
    out.member("kind", kind_rooms).member("part", all.part).member("last", all.last);
    stamp(all.stamp);
    out.key("rooms");
    append_list(text, all.rooms, [&](const ConferenceRoom& room) { append_room(text, room); });
  }
  void operator()(const NotKeeper& news) const { out.member("kind", kind_not_keeper).member("id", news.id); }
  void operator()(const KeeperChanged&) const { out.member("kind", kind_changed); }

  void stamp(const RoomsStamp& rooms) const { out.member("term", rooms.term).member("roomsNumber", rooms.number); }
};

// --- reading: what is not as it must be is none ---

std::optional<std::string> text_of(wire::JsonView object, std::string_view key) {
  const auto member = object.find(key);
  const auto value = member ? member->string() : std::nullopt;
  return value ? std::optional(std::string(*value)) : std::nullopt;
}

std::optional<std::int64_t> number_of(wire::JsonView object, std::string_view key) {
  const auto member = object.find(key);
  return member ? member->integer() : std::nullopt;
}

// One that grows by ones or with the time: a stranger's, to which none can be added, is none.
std::optional<std::int64_t> count_of(wire::JsonView object, std::string_view key) {
  constexpr std::int64_t max = std::int64_t{1} << 53;
  const auto number = number_of(object, key);
  return number && *number >= 0 && *number <= max ? number : std::nullopt;
}

std::optional<bool> truth_of(wire::JsonView object, std::string_view key) {
  const auto member = object.find(key);
  return member ? member->boolean() : std::nullopt;
}

std::optional<CallActor> actor_of(wire::JsonView object) {
  if (!object.is_object()) return std::nullopt;
  auto user = text_of(object, "user"), device = text_of(object, "device"), socket = text_of(object, "socket");
  if (!user || user->empty() || !device || !socket || socket->empty()) return std::nullopt;
  const auto or_empty = [&](std::string_view key) { return text_of(object, key).value_or(std::string()); };
  return CallActor{{{*std::move(user)},
                    or_empty("name"),
                    or_empty("firstName"),
                    or_empty("lastName"),
                    or_empty("avatarUrl"),
                    or_empty("role")},
                   {*std::move(device)},
                   *std::move(socket)};
}

std::optional<ConferenceSeat> seat_of(wire::JsonView object) {
  const auto actor = actor_of(object);
  const auto audio = truth_of(object, "audio"), video = truth_of(object, "video");
  const auto screen = truth_of(object, "screen"), hold = truth_of(object, "hold");
  if (!actor || !audio || !video || !screen || !hold) return std::nullopt;
  return ConferenceSeat{{actor->user.id, actor->device_id, actor->user.name, {*audio, *video, *screen, *hold}},
                        actor->socket};
}

template <class T, class Read>
std::optional<std::vector<T>> list_of(wire::JsonView object, std::string_view key, Read read) {
  const auto member = object.find(key);
  if (!member || !member->is_array()) return std::nullopt;
  std::vector<T> values;
  bool well_formed = true;
  member->for_each_element([&](wire::JsonView element) {
    auto value = read(element);
    well_formed = well_formed && value.has_value();
    if (value) values.push_back(*std::move(value));
  });
  if (!well_formed) return std::nullopt;
  return values;
}

std::optional<ConferenceRoom> room_of(wire::JsonView object) {
  if (!object.is_object()) return std::nullopt;
  auto room = text_of(object, "room");
  auto seats = list_of<ConferenceSeat>(object, "seats", seat_of);
  if (!room || room->empty() || !seats) return std::nullopt;
  return ConferenceRoom{{*std::move(room)}, *std::move(seats)};
}

std::optional<RoomsStamp> stamp_of(wire::JsonView object) {
  const auto term = count_of(object, "term"), number = count_of(object, "roomsNumber");
  if (!term || !number) return std::nullopt;
  return RoomsStamp{*term, *number};
}

std::optional<KeeperMessage> read_of_rooms(std::string_view kind, wire::JsonView head) {
  const auto stamp = stamp_of(head);
  if (!stamp) return std::nullopt;
  if (kind == kind_room) {
    const auto member = head.find("room");
    auto room = member ? room_of(*member) : std::nullopt;
    return room ? std::optional(RoomSeats{*stamp, *std::move(room)}) : std::nullopt;
  }
  const auto part = count_of(head, "part");
  const auto last = truth_of(head, "last");
  auto rooms = list_of<ConferenceRoom>(head, "rooms", room_of);
  if (!part || !last || !rooms) return std::nullopt;
  return AllRooms{*stamp, *part, *last, *std::move(rooms)};
}

std::optional<KeeperMessage> read(wire::JsonView head) {
  const auto kind = text_of(head, "kind");
  if (!kind) return std::nullopt;
  if (*kind == kind_changed) return KeeperChanged{};
  if (*kind == kind_tell_all) {
    const auto rooms_too = truth_of(head, "roomsToo");
    return rooms_too ? std::optional(TellAllSockets{*rooms_too}) : std::nullopt;
  }
  if (*kind == kind_room || *kind == kind_rooms) return read_of_rooms(*kind, head);
  const auto id = number_of(head, "id");
  if (*kind == kind_not_keeper) return id ? std::optional(NotKeeper{*id}) : std::nullopt;
  if (*kind == kind_answer) return id ? std::optional(KeeperAnswer{*id}) : std::nullopt;
  if (*kind == kind_failure) {
    const auto code = number_of(head, "code");
    auto error = text_of(head, "error"), field = text_of(head, "field"), call = text_of(head, "call");
    const bool is_code = code && *code >= 0 && *code <= static_cast<std::int64_t>(Code::internal);
    if (!id || !is_code || !error || !field || !call) return std::nullopt;
    return KeeperAnswer{*id, Failure{static_cast<Code>(*code), *std::move(error), *std::move(field),
                                     number_of(head, "retryAfterMs"), *std::move(call)}};
  }
  const auto number = count_of(head, "number");
  if (!number) return std::nullopt;
  if (*kind == kind_beat) {
    const auto rooms = stamp_of(head);
    return rooms ? std::optional(KeeperBeat{*number, *rooms}) : std::nullopt;
  }
  if (*kind == kind_all) {
    const auto part = count_of(head, "part");
    const auto last = truth_of(head, "last");
    auto sockets = list_of<CallActor>(head, "sockets", actor_of);
    if (!part || !last || !sockets) return std::nullopt;
    return AllSockets{*number, *part, *last, *std::move(sockets)};
  }
  if (*kind == kind_gone) {
    auto socket = text_of(head, "socket");
    return socket ? std::optional(SocketGone{*number, *std::move(socket)}) : std::nullopt;
  }
  const auto member = head.find("socket");
  auto actor = member ? actor_of(*member) : std::nullopt;
  if (!actor) return std::nullopt;
  if (*kind == kind_came) return SocketCame{*number, *std::move(actor)};
  auto event = text_of(head, "event");
  if (*kind == kind_ask && id && event) return AskedOfKeeper{*number, *id, *std::move(event), *std::move(actor)};
  return std::nullopt;
}

} // namespace

std::string encode(const std::string& node, const KeeperMessage& message) {
  std::string text;
  std::string_view payload;
  wire::JsonObjectWriter out(text);
  out.member("v", version).member("node", node);
  std::visit(Writer{out, text, payload}, message);
  out.end();
  text += '\n';
  text += payload;
  return text;
}

std::optional<std::pair<std::string, KeeperMessage>> parse_keeper_message(std::string_view bytes,
                                                                          wire::JsonParser& parser) {
  const std::size_t line = bytes.find('\n');
  if (line == bytes.npos) return std::nullopt;
  const auto head = parser.parse(bytes.substr(0, line));
  if (!head || !head->is_object() || number_of(*head, "v") != version) return std::nullopt;
  auto node = text_of(*head, "node");
  auto message = read(*head);
  if (!node || node->empty() || !message) return std::nullopt;
  std::string* payload = nullptr;
  if (auto* asked = std::get_if<AskedOfKeeper>(&*message)) payload = &asked->payload;
  if (auto* answer = std::get_if<KeeperAnswer>(&*message); answer && answer->result) payload = &*answer->result;
  if (payload) {
    const std::string_view body = bytes.substr(line + 1);
    const auto parsed = parser.parse(body);
    if (!parsed || !parsed->is_object()) return std::nullopt;
    *payload = body;
  }
  return std::pair(*std::move(node), *std::move(message));
}

} // namespace mentara::cluster
