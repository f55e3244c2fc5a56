#include "mentara/gateways/call_desk.h"

#include <algorithm>
#include <utility>

#include "mentara/events/events.h"
#include "mentara/limits_of_nodes.h"
#include "wire/base/log.h"

namespace mentara::gateways {

using storage::CallKeeper;
using storage::Snapshot;
using storage::Transaction;
using wire::Result;
using wire::TimePoint;

namespace {

constexpr std::string_view channel = "mentara#calls";
std::string channel_of(const std::string& node) { return std::string(channel) + '#' + node; }

std::chrono::milliseconds lease() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(limits::keeper_lease);
}

} // namespace

CallDesk::CallDesk(events::EventBus& bus, wire::net::Loop& loop, Services services, std::optional<Site> site)
    : loop_(loop), services_(services), site_(site), timer_(loop, [this] { on_time(); }) {
  if (site_) join();
  bus.subscribe<events::BlockChangedEvent>("calls", [this](const events::BlockChangedEvent& event) {
    if (!event.blocked) return;
    if (keeps()) return services_.calls.on_block(event.metadata.user_id, event.user_id);
    site_->news.publish(cluster::UserBlocked{event.metadata.user_id, event.user_id});
  });
  bus.subscribe<events::ParticipantLeftEvent>("conferences", [this](const events::ParticipantLeftEvent& event) {
    if (keeps()) return services_.conferences.remove_member(event.conversation_id, event.user_id);
    site_->news.publish(cluster::MemberLeft{event.user_id, event.conversation_id});
  });
}

void CallDesk::join() {
  cluster::NodeBus& nodes = site_->nodes;
  link_.emplace(nodes.node(), static_cast<cluster::KeeperLink::Outbox&>(*this));
  const auto hear = [this](std::string_view bytes) { link_->on_message(bytes, loop_.now()); };
  nodes.hear(channel, hear);
  nodes.hear(channel_of(nodes.node()), hear);
  nodes.on_state([this](bool ready) {
    if (!ready) return link_->on_lost();
    heard_from_ = loop_.now();
    link_->on_ready(loop_.now());
  });
  site_->users.on_node_lost([this](const std::string& node) { link_->on_node_lost(node, loop_.now()); });
  // Only the keeper has something to do.
  site_->news.on<cluster::UserBlocked>([this](const cluster::UserBlocked& news) {
    if (keeps()) services_.calls.on_block(news.by, news.blocked);
  });
  site_->news.on<cluster::MemberLeft>([this](const cluster::MemberLeft& news) {
    if (keeps()) services_.conferences.remove_member(news.conversation_id, news.user_id);
  });
  services_.calls.on_unstored_end([this](const Call& call) {
    site_->news.publish(cluster::CallIsOver{call.from_user_id, call.id, *call.reason, *call.ended_at});
  });
  site_->news.on<cluster::CallIsOver>([this](const cluster::CallIsOver& news) {
    services_.calls.learn_end({news.call_id, news.user_id, news.reason, news.ended_at});
  });
  services_.conferences.on_change([this](ConferenceRoom room) { link_->tell_room(std::move(room)); });
  timer_.arm(wire::Duration::zero());
}

void CallDesk::connect(const CallActor& socket) { link_ ? link_->came(socket, loop_.now()) : came(socket); }
void CallDesk::disconnect(const CallActor& socket) { link_ ? link_->gone(socket.socket, loop_.now()) : gone(socket); }

void CallDesk::resign() {
  resigned_ = true;
  if (!link_ || !link_->is_keeper()) return;
  link_->set_keeper(std::nullopt, loop_.now());
  site_->store.write<std::monostate>(
      [](Transaction& transaction) -> Result<std::monostate, Failure> {
        transaction.call_changes().resign();
        return std::monostate{};
      },
      [this](Result<std::monostate, Failure>) { link_->tell_change(); });
}

// --- who keeps the calls ---

void CallDesk::on_time() {
  link_->on_time(loop_.now());
  if (loop_.now() >= look_at_) look();
  timer_.arm(limits::keeper_tick);
}

void CallDesk::look() {
  look_again_ = looking_ || keeping_;
  if (look_again_) return;
  looking_ = true;
  look_at_ = loop_.now() + limits::keeper_look;
  site_->store.read<std::optional<CallKeeper>>(
      [](Snapshot& snapshot) -> Result<std::optional<CallKeeper>, Failure> { return snapshot.calls().keeper(); },
      [this](Result<std::optional<CallKeeper>, Failure> keeper) {
        looking_ = false;
        if (keeper) on_looked(*keeper);
        if (look_again_) look();
      });
}

void CallDesk::on_looked(const std::optional<CallKeeper>& keeper) {
  const bool is_other = keeper && keeper->node != site_->nodes.node();
  if (is_other && !is_dead(*keeper)) {
    if (std::exchange(told_ends_to_, keeper->node) != keeper->node) tell_ends();
    return link_->set_keeper(keeper->node, loop_.now());
  }
  if (is_other) dead_ = keeper->node;
  if (resigned_) return link_->set_keeper(std::nullopt, loop_.now());
  keep();
}

// What the last keeper said of calls that it could not store: the next one may not have been there.
void CallDesk::tell_ends() {
  for (const auto& end : services_.calls.learned_ends()) {
    site_->news.publish(cluster::CallIsOver{end.caller, end.call, end.reason, end.ended_at});
  }
}

// A connection to the database may break and come again; that of a node that is not known otherwise will not.
bool CallDesk::is_dead(const CallKeeper& keeper) {
  suspicions_ = keeper.connected ? 0 : suspicions_ + 1;
  if (keeper.silent_for > lease()) return true;
  return suspicions_ >= 2 || (suspicions_ == 1 && !site_->users.roster().knows(keeper.node));
}

void CallDesk::keep() {
  if (keeping_) return;
  keeping_ = true;
  const bool is_first = !link_->is_keeper();
  site_->store.write<Kept>(
      [node = site_->nodes.node(), is_first](Transaction& transaction) -> Result<Kept, Failure> {
        Kept kept{transaction.call_changes().keep(node, lease())};
        if (kept.since && is_first) kept.calls = transaction.call_changes().take_over();
        return kept;
      },
      [this, is_first, asked_at = loop_.now()](Result<Kept, Failure> kept) {
        keeping_ = false;
        if (kept) on_kept(*std::move(kept), is_first, asked_at);
        if (look_again_) look();
      });
}

void CallDesk::on_kept(Kept kept, bool is_first, TimePoint asked_at) {
  const TimePoint now = loop_.now(), until = asked_at + limits::keeper_lease;
  if (!kept.since) return look();
  if (link_->is_keeper()) return link_->keep_on(until);
  if (!is_first || resigned_) return look(); // it has ceased to be it meanwhile
  suspicions_ = 0;
  std::vector<std::string> others = site_->users.roster().node_names();
  std::erase(others, dead_.value_or(std::string()));
  wire::log(wire::LogLevel::info, "this node keeps the calls", {{"calls", kept.calls.size()}});
  // Nodes that this one has not heard yet, because it has just begun to, may have sockets of those who are in calls;
  // and only they know of conferences.
  const wire::Duration heard_for = now - heard_from_.value_or(now);
  const wire::Duration settle = (kept.calls.empty() ? 1 : 2) * limits::roster_beat - heard_for;
  services_.calls.adopt(std::move(kept.calls));
  link_->keep(*kept.since, until, others, std::max(settle, wire::Duration::zero()), now);
}

// --- what the link wishes ---

void CallDesk::publish(const std::string& node, std::string bytes) {
  site_->nodes.publish(node.empty() ? std::string(channel) : channel_of(node), bytes);
}

void CallDesk::learned(ConferenceRoom room) { services_.conferences.learn(std::move(room)); }
void CallDesk::learned_all(std::vector<ConferenceRoom> rooms) { services_.conferences.learn_all(std::move(rooms)); }
std::vector<ConferenceRoom> CallDesk::rooms() { return services_.conferences.rooms(); }

void CallDesk::came(const CallActor& socket) {
  services_.conferences.connect(socket);
  services_.calls.connect(socket);
}

void CallDesk::gone(const CallActor& socket) {
  services_.conferences.disconnect(socket);
  services_.calls.disconnect(socket);
}

void CallDesk::lost(const CallActor& socket) {
  services_.conferences.disconnect(socket);
  services_.calls.lose(socket);
}

void CallDesk::restore() {
  services_.conferences.restore();
  services_.calls.restore();
}

void CallDesk::let_go() {
  wire::log(wire::LogLevel::info, "this node keeps the calls no more");
  services_.conferences.let_go();
  services_.calls.let_go();
}

void CallDesk::ask(const std::string& event, CallActor actor, const std::string& payload, requests::Reply reply) {
  services_.requests.ask(event, std::move(actor), payload, std::move(reply));
}

} // namespace mentara::gateways
