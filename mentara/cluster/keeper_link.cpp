#include "mentara/cluster/keeper_link.h"

#include <algorithm>
#include <utility>

#include "mentara/limits_of_nodes.h"

namespace mentara::cluster {

using wire::TimePoint;

namespace {

Failure keeper_is_silent() {
  return unavailable("The node that keeps the calls does not answer; another one will in a moment.", 1000);
}
Failure no_redis() { return unavailable("Redis cannot be reached, and calls are kept by another node.", 2000); }
Failure too_many_wait() { return unavailable("Too much waits for the node that keeps the calls.", 1000); }

} // namespace

// --- sockets and clients of this node ---

void KeeperLink::came(const CallActor& socket, TimePoint now) {
  check_lease(now);
  own_.insert_or_assign(socket.socket, socket);
  if (keeping_) return outbox_.came(socket);
  if (can_tell()) say(*keeper_, SocketCame{++number_, socket});
}

void KeeperLink::gone(const std::string& socket, TimePoint now) {
  check_lease(now);
  auto known = own_.extract(socket);
  if (known.empty()) return;
  if (keeping_) return outbox_.gone(known.mapped());
  if (can_tell()) say(*keeper_, SocketGone{++number_, socket});
}

void KeeperLink::ask(std::string event, CallActor actor, std::string payload, TimePoint now, Reply reply) {
  if (keeps(now)) return outbox_.ask(event, std::move(actor), payload, std::move(reply));
  if (!ready_ && !keeping_) return reply(no_redis());
  if (asked_.size() >= limits::keeper_asked_max) return reply(too_many_wait());
  const auto at = asked_.emplace_hint(
      asked_.end(), ++last_id_,
      Asked{std::move(event), std::move(actor), std::move(payload), now + limits::keeper_patience, std::move(reply)});
  send(at->first, at->second);
}

bool KeeperLink::keeps(TimePoint now) {
  check_lease(now);
  return keeping_ && settled_;
}

void KeeperLink::send(std::int64_t id, const Asked& asked) {
  if (can_tell()) say(*keeper_, AskedOfKeeper{++number_, id, asked.event, asked.actor, asked.payload});
}

void KeeperLink::say(const std::string& to, const KeeperMessage& message) {
  outbox_.publish(to, encode(node_, message));
}

void KeeperLink::tell_all() {
  if (!can_tell()) return;
  AllSockets all;
  const auto tell = [&](bool last) {
    all.number = ++number_;
    all.last = last;
    say(*keeper_, all);
    ++all.part;
    all.sockets.clear();
  };
  for (const auto& [id, socket] : own_) {
    all.sockets.push_back(socket);
    if (all.sockets.size() == limits::roster_message_users) tell(false);
  }
  tell(true);
}

void KeeperLink::tell_rooms(const std::string& node) {
  if (!ready_ || !rooms_.is_complete) return;
  AllRooms all;
  all.stamp = rooms_.heard;
  all.last = false;
  for (ConferenceRoom& room : outbox_.rooms()) {
    all.rooms.push_back(std::move(room));
    if (all.rooms.size() < limits::keeper_message_rooms) continue;
    say(node, all);
    ++all.part;
    all.rooms.clear();
  }
  all.last = true;
  say(node, all);
}

// --- who keeps ---

void KeeperLink::set_keeper(const std::optional<std::string>& node, TimePoint now) {
  if (keeping_) stop(now);
  if (keeper_ == node) return;
  keeper_ = node;
  if (can_tell()) tell_rooms(*keeper_); // before the sockets, for which it waits
  tell_all();
  // The last one may have done it and not lived to say so: then the answer says that it is done.
  for (const auto& [id, asked] : asked_) send(id, asked);
}

void KeeperLink::keep(std::int64_t since, TimePoint until, const std::vector<std::string>& nodes, wire::Duration settle,
                      TimePoint now) {
  keeping_ = true;
  kept_since_ = since;
  settled_ = false;
  keeper_.reset();
  kept_until_ = until;
  settle_from_ = now + settle;
  settle_until_ = std::max(settle_from_, now + limits::keeper_settle);
  expected_ = {nodes.begin(), nodes.end()};
  others_.clear();
  for (const auto& [id, socket] : own_) outbox_.came(socket);
  if (ready_) say({}, KeeperChanged{});
  look_whether_settled(now);
}

void KeeperLink::look_whether_settled(TimePoint now) {
  if (!keeping_ || settled_) return;
  const bool all_told = expected_.empty() && now >= settle_from_;
  if (!all_told && now < settle_until_) return;
  settled_ = true;
  // A database that was moved may have a clock that is behind.
  rooms_.heard = {std::max(kept_since_, rooms_.heard.term + 1), 0};
  rooms_.is_complete = true;
  outbox_.restore();
  for (const auto& [node, other] : others_) {
    if (other.is_known) tell_rooms(node);
  }
  for (Held& held : std::exchange(held_, {})) run(held.node, std::move(held.asked));
  for (auto& [id, asked] : std::exchange(asked_, {})) {
    outbox_.ask(asked.event, std::move(asked.actor), asked.payload, std::move(asked.reply));
  }
}

void KeeperLink::check_lease(TimePoint now) {
  if (keeping_ && now >= kept_until_) stop(now);
}

void KeeperLink::stop(TimePoint) {
  keeping_ = settled_ = false;
  others_.clear();
  expected_.clear();
  for (const Held& held : std::exchange(held_, {})) {
    if (ready_) say(held.node, NotKeeper{held.asked.id});
  }
  outbox_.let_go();
  outbox_.look();
}

// --- the bus ---

void KeeperLink::on_ready(TimePoint now) {
  ready_ = true;
  for (auto& [node, other] : others_) other.heard_at = now; // they could not be heard
  check_lease(now);
  keeping_ ? say({}, KeeperChanged{}) : tell_all();
  outbox_.look();
}

void KeeperLink::on_node_lost(const std::string& node, TimePoint now) {
  check_lease(now);
  expected_.erase(node);
  auto lost = others_.extract(node);
  if (!lost.empty()) {
    for (const auto& [id, socket] : lost.mapped().sockets) outbox_.lost(socket);
  }
  look_whether_settled(now);
  if (keeper_ == node) outbox_.look();
}

void KeeperLink::look_who_is_silent(TimePoint now) {
  if (!ready_) return;
  std::vector<std::string> silent;
  for (const auto& [node, other] : others_) {
    if (now - other.heard_at >= limits::roster_lease) silent.push_back(node);
  }
  for (const std::string& node : silent) on_node_lost(node, now);
}

void KeeperLink::on_time(TimePoint now) {
  check_lease(now);
  look_who_is_silent(now);
  look_whether_settled(now);
  if (can_tell() && now >= beat_at_) {
    beat_at_ = now + limits::roster_beat;
    say(*keeper_, KeeperBeat{number_, rooms_.is_complete ? rooms_.heard : RoomsStamp{}});
  }
  while (!asked_.empty() && asked_.begin()->second.until <= now) {
    auto late = asked_.extract(asked_.begin());
    late.mapped().reply(keeper_is_silent());
  }
}

void KeeperLink::on_message(std::string_view bytes, TimePoint now) {
  check_lease(now);
  auto message = parse_keeper_message(bytes, parser_);
  if (!message) {
    ++refused_;
    return;
  }
  if (message->first == node_) return;
  std::visit([&](auto& said) { hear(message->first, std::move(said), now); }, message->second);
  if (const auto other = others_.find(message->first); other != others_.end()) other->second.heard_at = now;
}

void KeeperLink::tell_room(ConferenceRoom room) {
  if (!keeping_) return;
  ++rooms_.heard.number; // also of what is told to nobody: who missed it is told later
  if (ready_) say({}, RoomSeats{rooms_.heard, std::move(room)});
}

// --- what the keeper hears ---

void KeeperLink::want_all(const std::string& from, Other& other, TimePoint now) {
  if (other.asked_at && now < *other.asked_at + limits::roster_beat) return;
  other.asked_at = now;
  say(from, TellAllSockets{!settled_});
}

bool KeeperLink::is_next(const std::string& from, std::int64_t number, TimePoint now) {
  if (!keeping_ || (!others_.contains(from) && others_.size() >= limits::roster_nodes_max)) return false;
  Other& other = others_[from];
  if (other.is_known && number == other.number + 1) {
    other.number = number;
    return true;
  }
  want_all(from, other, now);
  return false;
}

void KeeperLink::hear(const std::string& from, AllSockets message, TimePoint now) {
  if (!keeping_ || (!others_.contains(from) && others_.size() >= limits::roster_nodes_max)) return;
  Other& other = others_[from];
  if (message.part == 0) {
    other.collecting.clear();
    other.parts = 0;
  } else if (message.part != other.parts || message.number != other.number + 1) {
    return want_all(from, other, now);
  }
  ++other.parts;
  other.number = message.number;
  std::move(message.sockets.begin(), message.sockets.end(), std::back_inserter(other.collecting));
  if (!message.last) return;
  const bool is_new = !std::exchange(other.is_known, true);
  std::map<std::string, CallActor> before = std::exchange(other.sockets, {});
  for (CallActor& socket : std::exchange(other.collecting, {})) {
    if (before.erase(socket.socket) == 0) outbox_.came(socket);
    other.sockets.insert_or_assign(socket.socket, std::move(socket));
  }
  for (const auto& [id, socket] : before) outbox_.gone(socket);
  if (is_new && settled_) tell_rooms(from);
  expected_.erase(from);
  look_whether_settled(now);
}

void KeeperLink::hear(const std::string& from, SocketCame message, TimePoint now) {
  if (!is_next(from, message.number, now)) return;
  if (others_[from].sockets.insert_or_assign(message.socket.socket, message.socket).second) {
    outbox_.came(message.socket);
  }
}

void KeeperLink::hear(const std::string& from, SocketGone message, TimePoint now) {
  if (!is_next(from, message.number, now)) return;
  const auto gone = others_[from].sockets.extract(message.socket);
  if (!gone.empty()) outbox_.gone(gone.mapped());
}

void KeeperLink::hear(const std::string& from, KeeperBeat message, TimePoint now) {
  if (!keeping_ || (!others_.contains(from) && others_.size() >= limits::roster_nodes_max)) return;
  Other& other = others_[from];
  if (!other.is_known || message.number != other.number) want_all(from, other, now);
  if (!settled_) return;
  // Not by what was told just now, which may be on its way: by what was told when it said so last.
  if (message.rooms < other.rooms_due) tell_rooms(from);
  other.rooms_due = rooms_.heard;
}

void KeeperLink::hear(const std::string& from, AskedOfKeeper message, TimePoint now) {
  if (!keeping_) return say(from, NotKeeper{message.id});
  is_next(from, message.number, now); // what got lost before is no reason to refuse this
  if (settled_) return run(from, std::move(message));
  if (held_.size() < limits::keeper_asked_max) held_.push_back({from, std::move(message)});
}

void KeeperLink::run(const std::string& node, AskedOfKeeper asked) {
  outbox_.ask(asked.event, std::move(asked.actor), asked.payload,
              [this, node, id = asked.id](wire::Result<std::string, Failure> result) {
                if (ready_) say(node, KeeperAnswer{id, std::move(result)});
              });
}

// --- what the others hear ---

void KeeperLink::hear(const std::string& from, KeeperAnswer message, TimePoint) {
  if (keeper_ != from) return;
  auto asked = asked_.extract(message.id);
  if (!asked.empty()) asked.mapped().reply(std::move(message.result));
}

void KeeperLink::hear(const std::string& from, NotKeeper, TimePoint) {
  if (keeper_ != from) return;
  keeper_.reset();
  outbox_.look();
}

void KeeperLink::hear(const std::string& from, TellAllSockets message, TimePoint) {
  if (keeper_ != from) return;
  if (message.rooms_too) tell_rooms(from);
  tell_all();
}

void KeeperLink::hear(const std::string&, RoomSeats message, TimePoint) {
  if (settled_ || message.stamp <= rooms_.heard) return;
  const bool is_next = message.stamp.term == rooms_.heard.term && message.stamp.number == rooms_.heard.number + 1;
  rooms_.is_complete = rooms_.is_complete && is_next;
  rooms_.heard = message.stamp;
  outbox_.learned(std::move(message.room));
}

void KeeperLink::hear(const std::string& from, AllRooms message, TimePoint) {
  const bool is_news = message.stamp > rooms_.heard || (message.stamp == rooms_.heard && !rooms_.is_complete);
  if (settled_ || !is_news) return;
  if (message.part == 0) {
    rooms_.teller = from;
    rooms_.told = message.stamp;
    rooms_.parts = 0;
    rooms_.collecting.clear();
  } else if (rooms_.teller != from || rooms_.told != message.stamp || rooms_.parts != message.part) {
    return; // one got lost; it is told again
  }
  ++rooms_.parts;
  std::move(message.rooms.begin(), message.rooms.end(), std::back_inserter(rooms_.collecting));
  if (!message.last) return;
  rooms_.teller.clear();
  rooms_.heard = message.stamp;
  rooms_.is_complete = true;
  outbox_.learned_all(std::exchange(rooms_.collecting, {}));
}

void KeeperLink::hear(const std::string&, KeeperChanged, TimePoint) { outbox_.look(); }

} // namespace mentara::cluster
