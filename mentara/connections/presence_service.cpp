#include "mentara/connections/presence_service.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "mentara/contract/event_table.h"
#include "mentara/storage/presences.h"
#include "wire/base/log.h"

namespace mentara::connections {

using storage::Snapshot;
using storage::Transaction;
using wire::Result;

PresenceService::PresenceService(storage::Store& store, events::EventBus& bus, const WallClock& clock,
                                 wire::sio::Server& io, PresenceBoard::Delays delays, ClusterUsers& users,
                                 cluster::NewsExchange* nodes)
    : store_(store),
      bus_(bus),
      clock_(clock),
      messaging_(io.of(contract::messaging::nsp)),
      loop_(io.loop()),
      users_(users),
      nodes_(nodes),
      board_(delays),
      timer_(loop_, [this] { on_time(); }),
      seen_timer_(loop_, [this] { keep_all_seen(); }) {
  const auto subscribe_to = [&]<class Event>(auto on_event) {
    bus.subscribe<Event>("presence", [this, on_event](const Event& event) {
      on_event(event);
      arm_soon();
    });
  };
  subscribe_to.operator()<events::UserConnectedEvent>([this](const auto& event) { on_connected(event); });
  subscribe_to.operator()<events::UserDisconnectedEvent>([this](const auto& event) { on_disconnected(event); });
  subscribe_to.operator()<events::ParticipantJoinedEvent>(
      [this](const auto& event) { visibility_changed(event.user_id, *event.members, true); });
  subscribe_to.operator()<events::ParticipantLeftEvent>(
      [this](const auto& event) { visibility_changed(event.user_id, *event.members, true); });
  subscribe_to.operator()<events::ConversationCreatedEvent>(
      [this](const auto& event) { visibility_changed({}, *event.members, true); });
  subscribe_to.operator()<events::BlockChangedEvent>(
      [this](const auto& event) { visibility_changed(event.metadata.user_id, {event.user_id}, true); });
  subscribe_to.operator()<events::InCallChangedEvent>(
      [this](const auto& event) { set_in_call(event.metadata.user_id); });
  users_.on_change(
      [this](const UserId& user, cluster::Here before, cluster::Here after) { on_elsewhere(user, before, after); });
  if (nodes_) {
    nodes_->on<cluster::PresenceSet>([this](const cluster::PresenceSet& news) { on_set_elsewhere(news.user_id); });
    nodes_->on<cluster::VisibilityChanged>([this](const cluster::VisibilityChanged& news) {
      visibility_changed(news.one, news.others, false);
      arm_soon();
    });
  }
  seen_timer_.arm(limits::presence_seen_interval);
}

// --- what users ask ---

void PresenceService::set(services::Actor actor, PresenceSettings settings, Done<std::monostate> done) {
  store_.write<std::monostate>(
      [user = actor.user_id, settings,
       now = clock_.now()](Transaction& transaction) -> Result<std::monostate, Failure> {
        if (settings.until && *settings.until <= now) return invalid("until", "until must lie ahead");
        transaction.presence_changes().set(user, settings);
        return std::monostate{};
      },
      [this, user = actor.user_id, settings, done = std::move(done)](Result<std::monostate, Failure> stored) mutable {
        if (stored) {
          board_.set(user, std::move(settings), now());
          if (nodes_) nodes_->publish(cluster::PresenceSet{user});
          on_set_(user);
          arm_soon();
        }
        done(std::move(stored));
      });
}

void PresenceService::subscribe(services::Actor actor, std::vector<UserId> users, Done<std::vector<Presence>> done) {
  if (!board_.subscribe(actor.origin, actor.user_id, users)) {
    loop_.post([done = std::move(done)]() mutable {
      done(invalid("userIds", "One socket can watch " + std::to_string(limits::presence_subscriptions_max) +
                                  " users at most: presence:unsubscribe from some first."));
    });
    return;
  }
  look_and_watch(std::move(actor), std::move(users), 0, std::move(done));
}

void PresenceService::look_and_watch(services::Actor actor, std::vector<UserId> users, int tries,
                                     Done<std::vector<Presence>> done) {
  constexpr int tries_max = 5;
  auto asked = users;
  look(actor.user_id, std::move(asked),
       [this, actor, users = std::move(users), tries, checks = checks_,
        done = std::move(done)](Result<std::vector<Looked>, Failure> looked) mutable {
         if (!looked) return done(std::move(looked.error()));
         // What was found may be older than what a change has led to meanwhile.
         if (checks != checks_ && tries < tries_max) {
           return look_and_watch(std::move(actor), std::move(users), tries + 1, std::move(done));
         }
         std::vector<Presence> presences;
         for (const Looked& one : *looked) {
           bring(one.user);
           if (!board_.is_loaded(one.user)) board_.load(one.user, one.settings, one.last_seen_at);
           board_.set_visible(actor.origin, one.user, one.visible);
           presences.push_back(board_.seen_by(actor.user_id, one.visible, one.user, clock_.now()));
         }
         done(std::move(presences));
         arm_soon();
       });
}

void PresenceService::unsubscribe(const services::Actor& actor, const std::vector<UserId>& users) {
  board_.unsubscribe(actor.origin, users);
}

void PresenceService::ask(services::Actor actor, std::vector<UserId> users, Done<std::vector<Presence>> done) {
  look(actor.user_id, std::move(users),
       [this, viewer = actor.user_id, done = std::move(done)](Result<std::vector<Looked>, Failure> looked) mutable {
         if (!looked) return done(std::move(looked.error()));
         std::vector<Presence> presences;
         for (const Looked& one : *looked) {
           if (users_.is_there(one.user, cluster::any_socket) && !board_.is_loaded(one.user)) {
             bring(one.user);
             board_.load(one.user, one.settings, one.last_seen_at);
           }
           if (board_.is_loaded(one.user)) {
             presences.push_back(board_.seen_by(viewer, one.visible, one.user, clock_.now()));
           } else { // he is not here
             const bool may_see = one.visible || one.user == viewer;
             presences.push_back({.user_id = one.user, .last_seen_at = may_see ? one.last_seen_at : std::nullopt});
           }
         }
         done(std::move(presences));
       });
}

void PresenceService::look(const UserId& viewer, std::vector<UserId> users, Done<std::vector<Looked>> done) {
  store_.read<std::vector<Looked>>(
      [viewer, users = std::move(users)](Snapshot& snapshot) -> Result<std::vector<Looked>, Failure> {
        std::vector<Looked> looked;
        std::unordered_set<UserId, IdHash> known;
        for (const UserId& user : users) {
          if (!known.insert(user).second) continue;
          storage::StoredPresence stored = snapshot.presences().find(user);
          const bool visible = user == viewer || snapshot.presences().may_see(viewer, user);
          looked.push_back({user, visible, std::move(stored.settings), stored.last_seen_at});
        }
        return looked;
      },
      std::move(done));
}

// --- other nodes ---

namespace {
const std::string elsewhere = "elsewhere"; // no id of a socket
} // namespace

void PresenceService::on_elsewhere(const UserId& user, cluster::Here before, cluster::Here after) {
  const bool was_there = has(before, cluster::any_socket), is_there = has(after, cluster::any_socket);
  if (!board_.knows(user)) return; // until somebody asks
  if (is_there && !was_there) board_.connected(user, elsewhere, now());
  if (was_there && !is_there) board_.disconnected(user, elsewhere, now());
  set_in_call(user);
  arm_soon();
}

void PresenceService::bring(const UserId& user) {
  const cluster::Here there = users_.elsewhere(user);
  if (!has(there, cluster::any_socket)) return;
  board_.connected(user, elsewhere, now());
  set_in_call(user);
}

void PresenceService::set_in_call(const UserId& user) {
  board_.set_in_call(user, users_.is_there(user, cluster::Here::in_call));
}

void PresenceService::on_set_elsewhere(const UserId& user) {
  on_set_(user);
  if (!board_.knows(user)) return;
  store_.read<storage::StoredPresence>(
      [user](Snapshot& snapshot) -> Result<storage::StoredPresence, Failure> {
        return snapshot.presences().find(user);
      },
      [this, user](Result<storage::StoredPresence, Failure> stored) {
        if (!stored || !board_.knows(user)) return; // a hint: who asks later is told what is stored
        board_.set(user, stored->settings, now());
        arm_soon();
      });
}

void PresenceService::visibility_changed(UserId one, std::vector<UserId> others, bool tell_nodes) {
  check(one.empty() ? board_.watches_among(others) : board_.watches_between(one, others));
  if (tell_nodes && nodes_) nodes_->publish(cluster::VisibilityChanged{std::move(one), std::move(others)});
}

void PresenceService::look_again() {
  check(board_.all_watches());
  arm_soon();
}

// --- who may see whom ---

void PresenceService::check(std::vector<PresenceBoard::Watch> watches) {
  if (watches.empty()) return;
  ++checks_;
  std::move(watches.begin(), watches.end(), std::back_inserter(to_check_));
  if (!checking_) check_next();
}

// One after the other, so that the newest answer is the one that holds.
void PresenceService::check_next() {
  checking_ = !to_check_.empty();
  if (!checking_) return;
  struct Checked {
    PresenceBoard::Watch watch;
    bool visible = false;
  };
  const auto watches = std::exchange(to_check_, {}); // first: arguments are evaluated in any order
  store_.read<std::vector<Checked>>(
      [watches](Snapshot& snapshot) -> Result<std::vector<Checked>, Failure> {
        std::vector<Checked> checked;
        for (const auto& watch : watches) {
          checked.push_back({watch, snapshot.presences().may_see(watch.viewer, watch.target)});
        }
        return checked;
      },
      [this, asked = watches](Result<std::vector<Checked>, Failure> checked) {
        std::vector<Checked> answers;
        if (checked) {
          answers = std::move(*checked);
        } else { // nobody knows: then nobody sees
          wire::log(wire::LogLevel::warn, "presence is hidden, because the database did not say who may see it",
                    {{"error", checked.error().error}});
          for (const auto& watch : asked) answers.push_back({watch, false});
        }
        for (const auto& [watch, visible] : answers) {
          if (!board_.set_visible(watch.socket_id, watch.target, visible)) continue;
          tell(board_.seen_by(watch.viewer, visible, watch.target, clock_.now()), {watch.socket_id});
        }
        check_next();
      });
}

// --- who is here ---

void PresenceService::on_connected(const events::UserConnectedEvent& event) {
  const UserId& user = event.metadata.user_id;
  board_.connected(user, event.metadata.origin, now());
  // A socket that was recovered watches whom it watched before; what it missed nobody keeps.
  if (event.nsp != messaging_.name() || !board_.come_back(event.metadata.origin)) return;
  std::vector<PresenceBoard::Watch> watches;
  for (const UserId& target : board_.targets_of(event.metadata.origin)) {
    board_.set_visible(event.metadata.origin, target, false); // so that it is told anew
    watches.push_back({event.metadata.origin, user, target});
  }
  check(std::move(watches));
}

void PresenceService::on_disconnected(const events::UserDisconnectedEvent& event) {
  board_.disconnected(event.metadata.user_id, event.metadata.origin, now());
  board_.leave(event.metadata.origin, loop_.now());
}

void PresenceService::on_time() {
  armed_for_.reset();
  for (auto& change : board_.on_time(now())) {
    tell(change.presence, std::move(change.socket_ids));
    tell(change.own, std::move(change.own_socket_ids));
    if (change.is_news)
      bus_.publish(events::PresenceChangedEvent{{change.presence.user_id, {}, clock_.now()}, change.presence});
  }
  keep_seen(board_.take_gone());
  load_missing();
  if (const auto next = board_.next_time(now())) {
    const wire::Duration wait = std::max<wire::Duration>(*next - loop_.now(), limits::presence_gathering);
    armed_for_ = loop_.now() + wait;
    timer_.arm(wait);
  }
}

// What happens in one moment is told together.
void PresenceService::arm_soon() {
  const wire::TimePoint soon = loop_.now() + limits::presence_gathering;
  if (armed_for_ && *armed_for_ <= soon) return;
  armed_for_ = soon;
  timer_.arm(limits::presence_gathering);
}

void PresenceService::tell(const Presence& presence, std::vector<std::string> socket_ids) {
  if (socket_ids.empty()) return;
  wire::sio::BroadcastOptions options;
  options.rooms = std::move(socket_ids); // each socket is in a room of its own
  options.flags.is_ephemeral = true;
  wire::sio::Broadcast(messaging_.adapter(), std::move(options))
      .emit(contract::messaging::server_event::presence.name, contract::PresenceShape(presence));
}

// --- what is stored ---

void PresenceService::load_missing() {
  if (loading_) return;
  auto users = board_.unloaded();
  if (users.empty()) return;
  loading_ = true;
  using Loaded = std::vector<std::pair<UserId, storage::StoredPresence>>;
  store_.read<Loaded>(
      [users = std::move(users)](Snapshot& snapshot) -> Result<Loaded, Failure> {
        Loaded loaded;
        for (const UserId& user : users) loaded.emplace_back(user, snapshot.presences().find(user));
        return loaded;
      },
      [this](Result<Loaded, Failure> loaded) {
        loading_ = false;
        if (!loaded) return; // the next event tries again
        for (auto& [user, stored] : *loaded) board_.load(user, stored.settings, stored.last_seen_at);
        arm_soon();
      });
}

void PresenceService::keep_seen(const std::vector<PresenceBoard::Seen>& seen) {
  if (seen.empty()) return;
  store_.write_beside<std::monostate>(
      [seen](Transaction& transaction) -> Result<std::monostate, Failure> {
        for (const auto& [user, at] : seen) transaction.presence_changes().set_seen(user, at);
        return std::monostate{};
      },
      [](Result<std::monostate, Failure> stored) {
        if (stored) return;
        wire::log(wire::LogLevel::warn, "when users were seen last was not stored", {{"error", stored.error().error}});
      });
}

// For a node that is killed: then they were seen last within this interval.
void PresenceService::keep_all_seen() {
  std::vector<PresenceBoard::Seen> seen;
  for (const UserId& user : board_.here()) seen.emplace_back(user, clock_.now());
  constexpr std::size_t batch = 1000;
  for (std::size_t begin = 0; begin < seen.size(); begin += batch) {
    const auto end = std::min(begin + batch, seen.size());
    keep_seen({seen.begin() + static_cast<std::ptrdiff_t>(begin), seen.begin() + static_cast<std::ptrdiff_t>(end)});
  }
  seen_timer_.arm(limits::presence_seen_interval);
}

} // namespace mentara::connections
