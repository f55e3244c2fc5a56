#include "mentara/connections/cluster_users.h"

#include <utility>

#include "mentara/contract/event_table.h"
#include "mentara/events/events.h"
#include "mentara/limits_of_nodes.h"
#include "wire/base/log.h"

namespace mentara::connections {

namespace {
constexpr std::string_view channel = "mentara#users";
} // namespace

ClusterUsers::ClusterUsers(events::EventBus& bus, const ConnectionManager& connections, wire::net::Loop& loop,
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
  bus.subscribe<events::UserConnectedEvent>("cluster users",
                                            [this](const auto& event) { look_at(event.metadata.user_id); });
  bus.subscribe<events::UserDisconnectedEvent>("cluster users",
                                               [this](const auto& event) { look_at(event.metadata.user_id); });
  nodes_->hear(channel, [this](std::string_view bytes) { roster_.on_message(bytes, loop_.now()); });
  nodes_->on_state([this](bool ready) { ready ? roster_.on_ready(loop_.now()) : roster_.on_lost(); });
  timer_.arm(limits::roster_beat);
  armed_for_ = loop_.now() + limits::roster_beat;
}

ClusterUsers::Here ClusterUsers::here(const UserId& user) const {
  Here here = Here::nothing;
  if (connections_.count_sockets(user, contract::messaging::nsp) > 0) here = here | Here::messaging;
  if (connections_.count_sockets(user, contract::notifications::nsp) > 0) here = here | Here::notifications;
  if (connections_.count_sockets(user, contract::video_calls::nsp) > 0) here = here | Here::video_calls;
  if (in_call_.contains(user)) here = here | Here::in_call;
  return here;
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

void ClusterUsers::node_lost(const std::string& node) {
  wire::log(wire::LogLevel::info, "a node has left", {{"node", node}, {"others", roster_.nodes()}});
  for (const auto& handler : on_node_lost_) handler(node);
}

} // namespace mentara::connections
