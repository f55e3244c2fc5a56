#include "mentara/gateways/departure.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "mentara/contract/event_table.h"
#include "mentara/gateways/caller.h"
#include "mentara/gateways/feed.h"
#include "mentara/limits_of_nodes.h"
#include "wire/base/random.h"

namespace mentara::gateways {

using wire::Duration;
using wire::sio::Socket;

namespace {

// The sockets of one connection share the request that opened it.
const void* connection_of(Socket& socket) { return &socket.handshake().request(); }

} // namespace

Failure Departure::leaving() {
  return {Code::unavailable, "This server stops: connect again and ask once more.", {}, 0};
}

Duration Departure::window(std::size_t connections, std::size_t other_nodes, Duration deadline) {
  const auto per_second = limits::departures_per_second * std::max<std::size_t>(other_nodes, 1);
  const Duration needed = wire::milliseconds(1000 * connections / per_second);
  return std::min(needed, deadline / 2);
}

std::size_t Departure::connections() const {
  std::unordered_set<const void*> seen;
  for (wire::sio::Namespace* nsp : namespaces_) {
    for (const auto& socket : nsp->adapter().select({})) seen.insert(connection_of(*socket));
  }
  return seen.size();
}

void Departure::begin(Duration window, Duration deadline, std::function<void()> done) {
  done_ = std::move(done);
  const wire::TimePoint now = loop_.now();
  deadline_ = now + deadline;
  std::unordered_map<const void*, std::size_t> known;
  for (wire::sio::Namespace* nsp : namespaces_) {
    for (const auto& socket : nsp->adapter().select({})) {
      const auto [at, is_new] = known.try_emplace(connection_of(*socket), waiting_.size());
      if (is_new) waiting_.push_back({});
      waiting_[at->second].sockets.push_back(socket);
    }
  }
  const auto count = static_cast<std::int64_t>(waiting_.size());
  for (std::int64_t i = 0; i < count; ++i) {
    Leaving& connection = waiting_[static_cast<std::size_t>(i)];
    connection.at = now + window * (count - 1 - i) / std::max<std::int64_t>(count, 1);
    const auto until = std::chrono::duration_cast<wire::milliseconds>(connection.at - now).count();
    const auto spread = static_cast<std::int64_t>(wire::random_u64() % limits::goodbye_spread_ms);
    for (const auto& weak : connection.sockets) {
      const auto socket = weak.lock();
      Feed::say(*socket, contract::server_event::server_goodbye.name, contract::ServerGoodbye{until + spread});
    }
  }
  on_time();
}

void Departure::on_time() {
  const wire::TimePoint now = loop_.now();
  const bool late = now >= deadline_;
  std::erase_if(owed_, [&](const Leaving& connection) { return let_go(connection, late); });
  while (!waiting_.empty() && (late || waiting_.back().at <= now)) {
    Leaving connection = std::move(waiting_.back());
    waiting_.pop_back();
    for (const auto& weak : connection.sockets) {
      const auto socket = weak.lock();
      if (socket && socket->connected()) caller_of(*socket).leaving = true;
    }
    if (!let_go(connection, late)) owed_.push_back(std::move(connection));
  }
  if (waiting_.empty() && owed_.empty()) {
    if (const auto done = std::exchange(done_, {})) done();
    return;
  }
  Duration wait = deadline_ - now;
  if (!waiting_.empty()) wait = std::min(wait, waiting_.back().at - now);
  if (!owed_.empty()) wait = std::min<Duration>(wait, limits::departure_interval);
  timer_.arm(std::max<Duration>(wait, limits::departure_interval));
}

bool Departure::let_go(const Leaving& connection, bool at_once) const {
  std::shared_ptr<Socket> there;
  for (const auto& weak : connection.sockets) {
    const auto socket = weak.lock();
    if (!socket || !socket->connected()) continue;
    // What was said last leaves at the end of a turn.
    // Who polls cannot come for it any more when it opens a connection for each poll: the port is closed.
    const bool takes_it = socket->writable() || loop_.now() >= connection.at + limits::last_poll_max;
    if (!at_once && (caller_of(*socket).owed.use_count() > 1 || !takes_it)) return false;
    there = socket;
  }
  if (!there) return true;
  there->let_go(); // which is told to it, since nothing else waits. Who is disconnected would not come back.
  return true;
}

} // namespace mentara::gateways
