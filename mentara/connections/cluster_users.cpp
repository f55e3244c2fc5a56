#include "mentara/connections/cluster_users.h"

#include <algorithm>
#include <utility>

#include "mentara/contract/event_table.h"
#include "mentara/events/events.h"
#include "mentara/limits_of_nodes.h"
#include "wire/base/log.h"

namespace mentara::connections {

namespace {
constexpr std::string_view channel = "mentara#users";

std::size_t of(const cluster::SocketCounts& counts, std::string_view nsp) {
  if (nsp == contract::messaging::nsp) return counts.messaging;
  if (nsp == contract::notifications::nsp) return counts.notifications;
  return nsp == contract::video_calls::nsp ? counts.video_calls : 0;
}
} // namespace

ClusterUsers::ClusterUsers(events::EventBus& bus, ConnectionManager& connections, wire::net::Loop& loop,
                           cluster::NodeBus* nodes)
    : connections_(connections),
      loop_(loop),
      nodes_(nodes),
      roster_(nodes ? nodes->node() : std::string(), *this),
      timer_(loop, [this] { on_time(); }) {
  bus.subscribe<events::InCallChangedEvent>("cluster users", [this](const auto& event) {
    const UserId& user = event.metadata.user_id;
    event.in_call ? static_cast<void>(in_call_.insert(user)) : static_cast<void>(in_call_.erase(user));
    look_at(user);
  });
  if (!nodes_) return;
  bus.subscribe<events::UserConnectedEvent>("cluster users", [this](const auto& event) {
    look_at(event.metadata.user_id);
    sockets_changed(event.metadata.user_id); // a socket that is being accepted cannot be ended yet
  });
  connections.join(
      {[this](const UserId& user, std::string_view nsp) { return of(roster_.sockets_elsewhere(user), nsp); },
       [this](const UserId& user) { look_at(user); }});
  nodes_->hear(channel, [this](std::string_view bytes) { roster_.on_message(bytes, loop_.now()); });
  nodes_->on_state([this](bool ready) { ready ? roster_.on_ready(loop_.now()) : roster_.on_lost(); });
  timer_.arm(limits::roster_beat);
  armed_for_ = loop_.now() + limits::roster_beat;
}

cluster::OnNode ClusterUsers::here(const UserId& user) const {
  return {{connections_.count_sockets(user, contract::messaging::nsp),
           connections_.count_sockets(user, contract::notifications::nsp),
           connections_.count_sockets(user, contract::video_calls::nsp)},
          in_call_.contains(user)};
}

void ClusterUsers::look_at(const UserId& user) {
  if (!nodes_) return;
  roster_.set_own(user, here(user));
  const wire::TimePoint soon = loop_.now() + limits::roster_delay;
  if (!roster_.has_news() || (timer_.armed() && armed_for_ <= soon)) return;
  armed_for_ = soon;
  timer_.arm(limits::roster_delay);
}

void ClusterUsers::on_time() {
  roster_.on_time(loop_.now());
  armed_for_ = loop_.now() + limits::roster_beat;
  timer_.arm(limits::roster_beat);
}

void ClusterUsers::publish(std::string bytes) { nodes_->publish(channel, bytes); }

void ClusterUsers::changed(const UserId& user, Here before, Here after) {
  for (const auto& handler : on_change_) handler(user, before, after);
}

void ClusterUsers::sockets_changed(const UserId& user) {
  const std::size_t most = connections_.limits().sockets_per_user;
  for (const auto nsp : {contract::messaging::nsp, contract::notifications::nsp, contract::video_calls::nsp}) {
    const std::size_t own = connections_.count_sockets(user, nsp);
    if (own == 0 || own + of(roster_.sockets_elsewhere(user), nsp) <= most) continue;
    const std::size_t first = of(roster_.sockets_that_go_first(user), nsp);
    for (const std::string& id : connections_.sockets_beyond(user, nsp, most - std::min(first, most))) {
      if (on_surplus_) on_surplus_(nsp, id);
    }
  }
}

void ClusterUsers::node_lost(const std::string& node) {
  wire::log(wire::LogLevel::info, "a node has left", {{"node", node}, {"others", roster_.nodes()}});
  for (const auto& handler : on_node_lost_) handler(node);
}

} // namespace mentara::connections
