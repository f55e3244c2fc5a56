#include "tests/simulation/device.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "tests/simulation/payload.h"

namespace mentara::simulation {

using wire::JsonView;

namespace {

constexpr std::string_view namespaces[] = {"/messaging", "/video-calls", "/notifications"};
constexpr Duration answer_patience = wire::seconds(4);

} // namespace

Device::Device(World world, Traits traits)
    : world_(std::move(world)),
      traits_(std::move(traits)),
      who_(traits_.user + "/" + traits_.name),
      number_(world_.promises.add_device(traits_.user, traits_.name, traits_.where)) {}

Device::~Device() {
  if (link_) link_->abandon();
}

void Device::say(std::string_view what) { world_.history.add(who_, what); }

bool Device::has_calls() const {
  return std::find(traits_.where.begin(), traits_.where.end(), Promises::Space::calls) != traits_.where.end();
}

void Device::start() { connect_later({}, milliseconds(300)); }

// --- the connection ---

void Device::connect_later(Duration least, Duration most) {
  world_.time.after(world_.dice.between(least, most), [this, of = connection_] {
    if (of == connection_ && !link_) connect();
  });
}

void Device::connect() {
  SimulatedNode& node = world_.choose_node();
  say("connects to " + node.name());
  ++connection_;
  heard_ = world_.time.now();
  link_ = std::make_shared<Link>(node, *this, traits_.nature);
  link_->open();
  const std::string device = R"(","deviceId":")" + traits_.name + '"';
  for (const Promises::Space one : traits_.where) {
    const auto space = static_cast<std::size_t>(one);
    std::string auth = R"({"token":")" + traits_.token + device;
    if (traits_.brings_cursor && cursor_[space]) auth += R"(,"cursor":")" + *cursor_[space] + '"';
    link_->send("40" + std::string(namespaces[space]) + "," + auth + "}");
  }
  watch();
}

// As a client does: without pings the connection is dead, whatever the network says.
void Device::watch() {
  world_.time.at(heard_ + world_.heartbeat, [this, of = connection_] {
    if (of != connection_ || !link_) return;
    if (world_.time.now() - heard_ < world_.heartbeat) return watch();
    say("hears nothing any more");
    link_->leave();
    lose();
  });
}

void Device::reconnect(bool with_goodbye) {
  if (!link_) return;
  say(with_goodbye ? "leaves" : "drops its connection");
  with_goodbye ? link_->leave() : link_->abandon();
  lose();
}

void Device::on_closed(Link& link) {
  if (&link != link_.get()) return;
  say("was closed");
  lose();
}

void Device::lose() {
  link_.reset();
  ++connection_;
  ready_ = false;
  std::fill(std::begin(complete_), std::end(complete_), false);
  for (auto& [id, send] : sends_) send.is_asked = false;
  late_answers_.clear();
  for (auto& [id, answer] : std::exchange(answers_, {})) answer(std::nullopt);
  connect_later(milliseconds(20), milliseconds(1200));
}

// --- what comes ---

void Device::on_packet(Link& link, std::string_view packet) {
  if (&link != link_.get()) return;
  if (packet == "2") {
    heard_ = world_.time.now();
    return link.send("3");
  }
  if (packet == "1") {
    say("is told to close");
    link.abandon();
    return lose();
  }
  if (!packet.starts_with('4') || packet.size() < 3) return;
  const char type = packet[1];
  const std::size_t comma = packet.find(',');
  const std::string_view nsp = packet.substr(2, comma == packet.npos ? packet.npos : comma - 2);
  const auto space = static_cast<Promises::Space>(std::find(std::begin(namespaces), std::end(namespaces), nsp) -
                                                  std::begin(namespaces));
  const std::string_view rest = comma == packet.npos ? std::string_view() : packet.substr(comma + 1);
  switch (type) {
    case '0':
      return;
    case '2':
      return on_event(space, rest);
    case '3':
      return on_ack(space, rest);
    default: // a refusal, or the end of the socket
      say("is refused or cut: " + std::string(packet));
      link.leave();
      return lose();
  }
}

void Device::on_event(Promises::Space space, std::string_view json) {
  say(json);
  const auto parsed = parser_.parse(json);
  if (!parsed) return world_.promises.break_one("I5: " + who_ + " was sent what is no JSON");
  const auto name = (*parsed)[0].string().value_or(std::string_view());
  const JsonView payload = (*parsed)[1];
  const int index = static_cast<int>(space);
  if (name == "connected") {
    const std::string cursor = text_of(payload, "cursor");
    cursor_[index] = cursor;
    return world_.promises.on_connected(number_, space, text_of(payload, "socketId"), position_of(cursor));
  }
  if (name == "sync:complete" || name == "sync:reset") {
    cursor_[index] = text_of(payload, "cursor");
    if (name == "sync:reset") return world_.promises.on_reset(number_, space, position_of(*cursor_[index]));
    world_.promises.on_complete(number_, space, position_of(*cursor_[index]));
    complete_[index] = true;
    ready_ = std::all_of(traits_.where.begin(), traits_.where.end(),
                         [this](Promises::Space one) { return complete_[static_cast<std::size_t>(one)]; });
    if (ready_) {
      std::vector<std::string> waiting;
      for (const auto& [id, send] : sends_) waiting.push_back(id);
      for (const std::string& id : waiting) try_send(id);
    }
    return;
  }
  world_.promises.on_event(number_, space, name, payload, json);
  if (const std::string cursor = text_of(payload, "cursor"); !cursor.empty()) cursor_[index] = cursor;
  if (name == "message") {
    seen_messages.emplace_back(text_of(payload, "conversationId"), number_of(payload, "seq"));
  }
  if (space == Promises::Space::calls) on_call_event(name, payload);
}

void Device::on_ack(Promises::Space, std::string_view packet) {
  const std::size_t begin = packet.find('[');
  std::int64_t id = 0;
  std::from_chars(packet.data(), packet.data() + std::min(begin, packet.size()), id);
  say(packet);
  const bool is_late = !answers_.contains(id);
  auto found = is_late ? late_answers_.extract(id) : answers_.extract(id);
  if (found.empty()) return;
  const std::string json(packet.substr(begin)); // the answer may ask for more
  wire::JsonParser parser;
  const auto parsed = parser.parse(json);
  if (!parsed) return world_.promises.break_one("I5: " + who_ + " was answered what is no JSON");
  found.mapped()((*parsed)[0]);
}

void Device::ask(Promises::Space space, std::string_view event, const std::string& payload, Answer answer) {
  if (!link_) return answer(std::nullopt);
  const std::int64_t id = ++last_ack_;
  answers_[id] = std::move(answer);
  std::string packet = "42" + std::string(namespaces[static_cast<int>(space)]) + "," + std::to_string(id) + "[\"";
  packet.append(event).append("\",").append(payload).append("]");
  say(packet);
  link_->send(std::move(packet));
  world_.time.after(answer_patience, [this, id, of = connection_] {
    if (of != connection_) return;
    const auto late = answers_.find(id);
    if (late == answers_.end()) return;
    const Answer unanswered = std::move(late->second);
    answers_.erase(late);
    late_answers_[id] = unanswered; // it may come yet
    unanswered(std::nullopt);
  });
}

// --- messages ---

void Device::send_message(const std::string& conversation) {
  const std::string id = traits_.user + "-" + traits_.name + "-" + std::to_string(++last_message_);
  const std::string content = "text " + id + std::string(world_.dice.chance(0.1) ? 900 : 0, '.');
  world_.promises.on_send(traits_.user, id, conversation, content);
  sends_[id] = {conversation, content};
  try_send(id);
}

void Device::try_send(const std::string& id) {
  const auto found = sends_.find(id);
  if (!ready_ || found == sends_.end() || std::exchange(found->second.is_asked, true)) return;
  const Send& send = found->second;
  ask(Promises::Space::messaging, "message:send",
      R"({"conversationId":")" + send.conversation + R"(","content":")" + send.content + R"(","clientMessageId":")" +
          id + "\"}",
      [this, id](std::optional<JsonView> ack) {
        const auto of = sends_.find(id);
        if (ack && truth_of(*ack, "success")) {
          const auto message = ack->find("message");
          own_messages.push_back(text_of(*message, "id"));
          if (of != sends_.end()) sends_.erase(of);
          return world_.promises.on_sent(number_, id, *message, truth_of(*ack, "duplicate"));
        }
        if (of == sends_.end()) return;
        of->second.is_asked = false;
        const std::string code = ack ? text_of(*ack, "code") : "";
        const bool is_unknown = !ack || code == "unavailable" || code == "internal" || code == "rate_limited";
        if (!is_unknown) {
          // What was asked before may have been kept all the same, when he was still a member.
          const bool is_definite = !of->second.may_be_kept;
          sends_.erase(of);
          if (is_definite) world_.promises.on_refused(id, code);
          return;
        }
        if (code != "rate_limited") of->second.may_be_kept = true;
        world_.time.after(world_.dice.between(milliseconds(200), milliseconds(1500)), [this, id] { try_send(id); });
      });
}

// --- calls ---

void Device::on_call_event(std::string_view name, JsonView payload) {
  const std::string id = text_of(payload, "callId");
  if (name == "video:incoming-call") {
    known_.insert(id);
    if (!over_.contains(id)) calls_.try_emplace(id, Call{false, Call::At::ringing, world_.time.now()});
    return;
  }
  if (name == "video:answer-received") {
    const auto call = calls_.find(id);
    if (call != calls_.end() && call->second.at == Call::At::ringing) call->second.at = Call::At::talking;
  }
  if (name == "video:answered-elsewhere") calls_.erase(id);
  if (name == "video:call-ended" || name == "video:call-missed" || name == "video:call-rejected") {
    over_.insert(id);
    calls_.erase(id);
  }
}

void Device::finish_call(const std::string& id, std::string_view event) {
  calls_[id].at = Call::At::ending;
  calls_[id].since = world_.time.now();
  ask(Promises::Space::calls, event, R"({"callId":")" + id + "\"}", [this, id](std::optional<JsonView> ack) {
    const auto call = calls_.find(id);
    if (call == calls_.end()) return;
    const std::string code = ack ? text_of(*ack, "code") : "unavailable";
    if (code == "unavailable" || code == "rate_limited") {
      call->second.at = Call::At::talking; // once more
      return;
    }
    calls_.erase(call); // it has ended, or it is no matter of this device any more
  });
}

// It may have lost sight of a call that goes on: an answer did not come, and it gave up.
void Device::hang_up_everything() {
  for (const std::string& id : known_) {
    if (over_.contains(id)) continue;
    return ask(Promises::Space::calls, "video:end-call", R"({"callId":")" + id + "\"}",
               [this, id](std::optional<JsonView> ack) {
                 if (ack && text_of(*ack, "code") != "unavailable" && text_of(*ack, "code") != "rate_limited") {
                   over_.insert(id);
                 }
               });
  }
}

void Device::meet(const std::string& room) {
  room_ = room;
  ask(Promises::Space::calls, "video:room-join", R"({"roomId":")" + room + "\"}",
      [this, room](std::optional<JsonView> ack) {
        const std::string code = ack ? text_of(*ack, "code") : "unavailable";
        const bool is_refused = !code.empty() && code != "unavailable" && code != "rate_limited";
        if (!is_refused) {
          room_ = room; // it sits there, or may: also when it has asked to leave meanwhile
        } else if (room_ == room) {
          room_.reset();
        }
      });
}

void Device::leave_room() {
  if (std::exchange(leaving_, true)) return;
  ask(Promises::Space::calls, "video:room-leave", R"({"roomId":")" + *room_ + "\"}",
      [this](std::optional<JsonView> ack) {
        leaving_ = false;
        const std::string code = ack ? text_of(*ack, "code") : "unavailable";
        if (code != "unavailable" && code != "rate_limited") room_.reset(); // or it was not there
      });
}

void Device::act_on_calls(bool lively) {
  if (!ready_ || !has_calls()) return;
  Dice& dice = world_.dice;
  const TimePoint now = world_.time.now();
  if (room_ && (calm_ || dice.chance(0.3))) return leave_room();
  if (calls_.empty()) {
    if (calm_) return hang_up_everything();
    if (!lively || may_call.empty()) return;
    if (room_) return;
    if (!may_meet.empty() && dice.chance(0.2)) return meet(dice.one_of(may_meet));
    const std::string id = "call-" + traits_.user + "-" + traits_.name + "-" + std::to_string(++last_call_);
    calls_[id] = {true, Call::At::asked, now};
    known_.insert(id);
    return ask(Promises::Space::calls, "video:offer",
               R"({"callId":")" + id + R"(","toUserId":")" + dice.one_of(may_call) + R"(","offer":{"sdp":"o"}})",
               [this, id](std::optional<JsonView> ack) {
                 const auto call = calls_.find(id);
                 if (call == calls_.end()) return;
                 if (ack && !truth_of(*ack, "success")) return void(calls_.erase(call));
                 if (call->second.at == Call::At::asked) call->second.at = Call::At::ringing;
               });
  }
  const auto [id, call] = *calls_.begin();
  if (call.at == Call::At::asked || call.at == Call::At::answering || call.at == Call::At::ending) return;
  if (now - call.since > wire::seconds(20)) { // whatever it was, it is no more
    calls_.erase(id);
    return;
  }
  if (call.is_caller) {
    if (calm_ || dice.chance(0.3))
      return finish_call(id, call.at == Call::At::ringing ? "video:cancel-call" : "video:end-call");
    if (dice.chance(0.3))
      ask(Promises::Space::calls, "video:ice-candidate", R"({"callId":")" + id + R"(","candidate":{"c":1}})",
          [](auto) {});
    return;
  }
  if (call.at == Call::At::talking) {
    if (calm_ || dice.chance(0.3)) finish_call(id, "video:end-call");
    return;
  }
  if (calm_ || dice.chance(0.2)) return finish_call(id, "video:reject-call");
  if (dice.chance(0.4)) return;
  calls_[id].at = Call::At::answering;
  ask(Promises::Space::calls, "video:answer", R"({"callId":")" + id + R"(","answer":{"sdp":"a"}})",
      [this, id = id](std::optional<JsonView> ack) {
        const auto of = calls_.find(id);
        if (of == calls_.end()) return;
        if (!ack) return void(of->second.at = Call::At::ringing);
        const std::string code = text_of(*ack, "code");
        if (truth_of(*ack, "success")) {
          of->second.at = Call::At::talking;
        } else if (code == "unavailable" || code == "rate_limited") {
          of->second.at = Call::At::ringing;
        } else {
          calls_.erase(of);
        }
      });
}

} // namespace mentara::simulation
