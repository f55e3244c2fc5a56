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

// --- who keeps ---

void KeeperLink::set_keeper(const std::optional<std::string>& node, TimePoint now) {
  if (keeping_) stop(now);
  if (keeper_ == node) return;
  keeper_ = node;
  tell_all();
  // The last one may have done it and not lived to say so: then the answer says that it is done.
  for (const auto& [id, asked] : asked_) send(id, asked);
}

void KeeperLink::keep(TimePoint until, const std::vector<std::string>& nodes, wire::Duration settle, TimePoint now) {
  keeping_ = true;
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
  outbox_.restore();
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
  check_lease(now);
  if (keeping_) {
    say({}, KeeperChanged{});
    outbox_.tell_rooms();
  } else {
    tell_all();
  }
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

void KeeperLink::on_time(TimePoint now) {
  check_lease(now);
  look_whether_settled(now);
  if (can_tell() && now >= beat_at_) {
    beat_at_ = now + limits::roster_beat;
    say(*keeper_, KeeperBeat{number_});
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
}

void KeeperLink::tell_room(const ConversationId& room, std::vector<ConferenceSeat> seats) {
  if (ready_) say({}, RoomSeats{room, std::move(seats)});
}

// --- what the keeper hears ---

void KeeperLink::want_all(const std::string& from, Other& other, TimePoint now) {
  if (other.asked_at && now < *other.asked_at + limits::roster_beat) return;
  other.asked_at = now;
  say(from, TellAllSockets{});
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
  if (is_new) outbox_.tell_rooms();
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

void KeeperLink::hear(const std::string& from, TellAllSockets, TimePoint) {
  if (keeper_ == from) tell_all();
}

void KeeperLink::hear(const std::string&, RoomSeats message, TimePoint) {
  if (!keeping_) outbox_.learned(message.room, std::move(message.seats));
}

void KeeperLink::hear(const std::string&, KeeperChanged, TimePoint) { outbox_.look(); }

} // namespace mentara::cluster
