#include "mentara/application/node_logic.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "mentara/contract/event_table.h"
#include "mentara/limits_of_nodes.h"
#include "wire/base/base64.h"
#include "wire/base/log.h"

namespace mentara {
namespace {

services::IceService::Servers ice_servers(const IceConfig& config) {
  return {config.stun_urls, config.turn_urls, config.turn_secret,
          std::chrono::duration_cast<std::chrono::seconds>(config.turn_ttl)};
}

push::PushService::Options push_options(const PushConfig& config) {
  auto key = push::KeyPair::from_private(wire::base64url_decode_strict(config.private_key).value_or(std::string()));
  if (!key) throw std::runtime_error("push.private_key is no key of the curve P-256; make one with: mentara push-key");
  return {.rules = {*std::move(key), config.subject, config.retry_delay},
          .ttl = config.ttl,
          .delay = config.delay,
          .allow_insecure = config.allow_insecure_endpoints};
}

} // namespace

auth::Rate rate(std::int64_t per_second, std::int64_t burst) {
  return {static_cast<double>(per_second), static_cast<double>(burst)};
}

requests::MessagingRequests::Services NodeLogic::messaging_services() {
  return {*messages, *message_changes, *conversations, *participants, *blocks, *search};
}

requests::NotificationRequests::Services NodeLogic::notification_services() {
  return {*notifications, notification_rules, push ? &*push : nullptr};
}

NodeLogic::NodeLogic(const Config& config, Outside outside)
    : clock(outside.clock),
      nodes(outside.nodes),
      authenticator(config.auth, revoked_tokens, clock),
      notification_rules(config.notifications.rules) {
  wire::sio::Server& home_server = *outside.servers[0];
  wire::net::Loop& home_loop = home_server.loop();
  const auto post = [&home_loop](wire::UniqueFunction<void()> task) { home_loop.post(std::move(task)); };
  home.emplace(home_loop);
  bus.emplace(post);
  connections.emplace(connections::ConnectionManager::Limits{.sockets_per_user = config.limits.sockets_per_user});
  if (nodes) node_news.emplace(*nodes);
  live_sockets.emplace(disconnector, node_news ? &*node_news : nullptr);
  users.emplace(*bus, *connections, home_loop, nodes);
  users->on_surplus([this](std::string_view nsp, const std::string& id) { disconnector.end_surplus(nsp, id); });
  user_endings.emplace(
      disconnector, *connections, home_loop,
      nodes ? std::optional(connections::UserEndings::Site{*nodes, *node_news, *users}) : std::nullopt);
  store = outside.open_store(post, [this](storage::Position end) { websocket_events->on_growth(end); });
  if (nodes) nodes->on_state([this](bool ready) { store->others_are_told(ready); });
  revocations.emplace(*store, revoked_tokens, *live_sockets, clock,
                      services::RevocationService::Limits{.token_lifetime_max = config.auth.max_lifetime,
                                                          .leeway = config.auth.leeway});
  revocations_timer.emplace(home_loop, [this] {
    revocations->forget_expired();
    revocations_timer->arm(limits::revocations_cleaning_interval);
  });
  revocations_timer->arm(limits::revocations_cleaning_interval);
  if (nodes) join_nodes(home_loop);
  messages.emplace(*store, *bus, clock);
  message_changes.emplace(*store, *bus, clock);
  conversations.emplace(*store, *bus, clock);
  participants.emplace(*store, *bus, clock);
  blocks.emplace(*store, *bus, clock);
  personal_data.emplace(*store, *bus, clock, *participants, [this](const UserId& user) {
    revocations->revoke_user(user, clock.now(), [](wire::Result<std::monostate, Failure> done) {
      if (!done) wire::log(wire::LogLevel::error, "the tokens of a user who is forgotten could not be revoked");
    });
  });
  personal_data->resume();
  erasures_timer.emplace(home_loop, [this] {
    personal_data->resume();
    erasures_timer->arm(limits::erasures_interval);
  });
  erasures_timer->arm(limits::erasures_interval);
  search.emplace(*store);
  unread.emplace(*store);
  presence.emplace(*store, *bus, clock, home_server,
                   connections::PresenceBoard::Delays{.offline_after = config.presence.offline_after}, *users,
                   node_news ? &*node_news : nullptr);
  viewers.emplace(*store, *bus, clock, home_server, *users, nodes);
  presence->on_set([this](const UserId& user) { viewers->look_again(user); });
  notifier_timer.emplace(home_loop, [this] { notifier->tell(); });
  notifier.emplace(*store, *bus, clock,
                   services::MessageNotifier::Outside{
                       [this](const UserId& user) { return users->is_there(user, cluster::Here::messaging); },
                       [this] {
                         if (!notifier_timer->armed()) notifier_timer->arm(limits::notifier_delay);
                       },
                       [this] { notifier_timer->arm(limits::notifier_retry); }, outside.shared_database});
  home_loop.post([this] { notifier->begin(); }); // messages from before a crash
  notifications_timer.emplace(home_loop, [this] { notifications->on_due(); });
  notifications.emplace(*store, *bus, clock, [this](UnixTime due) {
    const milliseconds wait(std::max<std::int64_t>(due.ms - clock.now().ms, 0));
    notifications_timer->arm(std::min<wire::Duration>(wait, limits::due_check_max));
  });
  home_loop.post([this] { notifications->on_due(); }); // what came due while nobody was there
  push_outlet = std::move(outside.push_outlet);
  if (push_outlet) {
    push_timer.emplace(home_loop, [this] { push->on_time(); });
    push.emplace(*store, *bus, clock, push_options(config.push), *push_outlet,
                 push::PushService::Outside{[this](const UserId& user) {
                                              using cluster::Here;
                                              return users->is_there(
                                                  user, Here::messaging | Here::notifications | Here::video_calls);
                                            },
                                            [&home_loop] { return home_loop.now(); },
                                            [this, &home_loop](wire::TimePoint at) {
                                              push_timer->arm(std::max(at - home_loop.now(), wire::Duration(0)));
                                            }});
  }
  search_timer.emplace(home_loop, [this] {
    search->index_some();
    search_timer->arm(limits::search_index_interval);
  });
  search_timer->arm(limits::search_index_interval);
  proofs_timer.emplace(home_loop, [this] { sync->flush(); });
  sync.emplace(
      *store, *bus, clock,
      services::SyncService::Limits{.replayed_events_max = config.replay.events_max,
                                    .replayed_age_max = config.replay.age_max},
      [this] { proofs_timer->arm(limits::proof_delay); }, [&home_loop] { return home_loop.now(); });

  calls_timer.emplace(home_loop, [this] { calls->on_time(); });
  call_news.emplace(home_server);
  engagements.emplace(*bus, clock);
  const bool shares_calls = nodes && outside.shared_database;
  const auto call_site = shares_calls ? services::CallSite::shared : services::CallSite::alone;
  calls.emplace(*store, *bus, *engagements, *call_news, clock, config.calls.times(),
                services::CallService::Time{[&home_loop] { return home_loop.now(); },
                                            [this, &home_loop](wire::TimePoint at) {
                                              calls_timer->arm(std::max(at - home_loop.now(), wire::Duration(0)));
                                            }},
                call_site);
  conferences.emplace(*store, *engagements, *call_news, call_site);
  ice.emplace(ice_servers(config.ice), clock);
  live_call_requests.emplace(*calls, *conferences, *ice);
  std::optional<gateways::CallDesk::Site> site;
  if (shares_calls) site.emplace(gateways::CallDesk::Site{*store, *nodes, *node_news, *users});
  call_desk.emplace(*bus, home_loop, gateways::CallDesk::Services{*calls, *conferences, *live_call_requests}, site);
  if (!shares_calls) calls->recover();
  if (!shares_calls && outside.shared_database) {
    // Those of nodes that are no more; one that lives holds on to its own.
    abandoned_timer.emplace(home_loop, [this] {
      calls->recover();
      abandoned_timer->arm(limits::abandoned_calls_interval);
    });
    abandoned_timer->arm(limits::abandoned_calls_interval);
  }
  event_limits.emplace(rate(config.limits.events_per_second, config.limits.events_burst),
                       rate(config.limits.sends_per_second, config.limits.sends_burst));
  failures.emplace(config.limits.connect_failures_per_minute);
  const gateways::Admission::Parts admission{authenticator, *home,        *connections,  *store,    *sync,
                                             *bus,          disconnector, *event_limits, *failures, clock};
  gateways::WebSocketEventService::Feeds feeds;
  for (wire::sio::Server* const server : outside.servers) {
    messaging.push_back(
        std::make_unique<gateways::MessagingGateway>(*server, admission, messaging_services(), *presence, *viewers));
    feeds.messaging.push_back(&messaging.back()->feed());
    notification_gateways.push_back(
        std::make_unique<gateways::NotificationGateway>(*server, admission, notification_services()));
    feeds.notifications.push_back(&notification_gateways.back()->feed());
    video_calls.push_back(std::make_unique<gateways::VideoCallGateway>(
        *server, admission, gateways::VideoCallGateway::Services{*calls, *call_desk, *ice}));
    feeds.video_calls.push_back(&video_calls.back()->feed());
    departures.push_back(std::make_unique<gateways::Departure>(server->loop()));
    for (const auto nsp : {contract::messaging::nsp, contract::notifications::nsp, contract::video_calls::nsp}) {
      departures.back()->add(server->of(nsp));
    }
  }
  websocket_events.emplace(*bus, home_server, std::move(feeds), store->end_of_log(), nodes);
  unread_news.emplace(*bus, home_server, *unread,
                      [this](const UserId& user) { return users->is_there(user, cluster::Here::messaging); });
}

// What other nodes tell is done here too. What they could not tell, because Redis was away, is looked for.
void NodeLogic::join_nodes(wire::net::Loop& home_loop) {
  node_news->on<cluster::TokensRevoked>(
      [this](const cluster::TokensRevoked& news) { revocations->learn(news.revocation, disconnector); });
  nodes->on_state([this](bool ready) {
    if (!ready) return;
    revocations->look_for_others(disconnector);
    presence->look_again();
  });
  others_timer.emplace(home_loop, [this] {
    if (!nodes->ready()) revocations->look_for_others(disconnector);
    others_timer->arm(limits::revocations_without_nodes);
  });
  others_timer->arm(limits::revocations_without_nodes);
}

} // namespace mentara
