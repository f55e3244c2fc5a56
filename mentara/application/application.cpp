#include "mentara/application/application.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "mentara/api/access_routes.h"
#include "mentara/api/call_routes.h"
#include "mentara/api/messaging_routes.h"
#include "mentara/api/notification_routes.h"
#include "mentara/api/rest_api.h"
#include "mentara/api/user_routes.h"
#include "mentara/application/edge.h"
#include "mentara/application/redis_node_bus.h"
#include "mentara/auth/authenticator.h"
#include "mentara/auth/failure_budget.h"
#include "mentara/auth/rate_limiter.h"
#include "mentara/auth/revocations.h"
#include "mentara/cli/make_token.h"
#include "mentara/cluster/node_news.h"
#include "mentara/connections/cluster_users.h"
#include "mentara/connections/connection_manager.h"
#include "mentara/connections/home.h"
#include "mentara/connections/presence_service.h"
#include "mentara/connections/viewer_service.h"
#include "mentara/console/console.h"
#include "mentara/contract/event_table.h"
#include "mentara/events/event_bus.h"
#include "mentara/gateways/call_desk.h"
#include "mentara/gateways/cluster_sockets.h"
#include "mentara/gateways/departure.h"
#include "mentara/gateways/disconnector.h"
#include "mentara/gateways/event_limits.h"
#include "mentara/gateways/messaging_gateway.h"
#include "mentara/gateways/notification_gateway.h"
#include "mentara/gateways/unread_news.h"
#include "mentara/gateways/video_call_gateway.h"
#include "mentara/gateways/video_call_news.h"
#include "mentara/gateways/websocket_event_service.h"
#include "mentara/limits_of_nodes.h"
#include "mentara/ops/file_watch.h"
#include "mentara/ops/health.h"
#include "mentara/ops/metrics.h"
#include "mentara/ops/traffic.h"
#include "mentara/push/curl_outlet.h"
#include "mentara/push/push_service.h"
#include "mentara/services/block_service.h"
#include "mentara/services/call_service.h"
#include "mentara/services/conference_service.h"
#include "mentara/services/conversation_service.h"
#include "mentara/services/engagements.h"
#include "mentara/services/ice_service.h"
#include "mentara/services/message_change_service.h"
#include "mentara/services/message_notifier.h"
#include "mentara/services/message_service.h"
#include "mentara/services/notification_service.h"
#include "mentara/services/participant_service.h"
#include "mentara/services/personal_data_service.h"
#include "mentara/services/revocation_service.h"
#include "mentara/services/search_service.h"
#include "mentara/services/sync_service.h"
#include "mentara/services/unread_service.h"
#include "mentara/storage/postgres_store.h"
#include "mentara/storage/sqlite_store.h"
#include "wire/base/address.h"
#include "wire/base/base64.h"
#include "wire/base/log.h"
#include "wire/cluster/node.h"
#include "wire/eio/verify.h"
#include "wire/net/tls_trust.h"
#include "wire/redis/url.h"

namespace mentara {
namespace {

int loop_count(const Config& config) {
  if (config.server.threads > 0) return static_cast<int>(config.server.threads);
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

wire::http::CorsOptions cors_options(const Config& config) {
  wire::http::CorsOptions cors;
  cors.origin = config.cors.origins;
  cors.credentials = true;
  return cors;
}

// Of the machine's name what a sid can carry.
std::string node_name(const Config& config) {
  if (!config.server.node.empty()) return config.server.node;
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const std::string port = "-" + std::to_string(config.server.port);
  std::string name;
  for (const char* c = host.data(); *c != '\0' && name.size() + port.size() < wire::eio::node_name_chars_max; ++c) {
    name += wire::eio::is_node_name({c, 1}) ? *c : '-';
  }
  return name + port;
}

// How long whoever asks for a session has to wait; any thread.
std::function<std::optional<wire::Duration>(const wire::http::Request&)> handshakes_of_address(
    auth::RateLimiter& limiter) {
  return [&limiter](const wire::http::Request& request) -> std::optional<wire::Duration> {
    return limiter.take(wire::limited_as(request.peer.address), wire::Clock::now());
  };
}

auth::Rate rate(std::int64_t per_second, std::int64_t burst) {
  return {static_cast<double>(per_second), static_cast<double>(burst)};
}

wire::cluster::NodeOptions node_options(const Config& config, auth::RateLimiter& handshakes) {
  wire::cluster::NodeOptions options;
  options.threads = loop_count(config);
  options.server.main_namespace = false; // clients connect to /messaging and its like, and to nothing else
  options.server.ping_interval = config.engine.ping_interval;
  options.server.ping_timeout = config.engine.ping_timeout;
  options.server.connect_timeout = config.engine.connect_timeout;
  options.server.max_http_buffer_size = config.engine.max_payload;
  options.server.decoder.message_bytes_max = config.engine.max_payload;
  options.server.http_compression.reset(); // no secret shares a compressed answer with what others can choose
  options.http.body_bytes_max = config.engine.max_payload;
  set_edge_options(options.http, config);

  if (const auto redis = wire::redis::parse_url(config.redis.url)) {
    options.redis = {.address = redis->address, .login = redis->login, .key = config.redis.key};
    options.redis->login.name = "mentara";
    for (const std::string& sentinel : config.redis.sentinels) {
      const auto place = wire::redis::parse_url("redis://" + sentinel);
      options.redis->address.sentinels.push_back({place->address.host, place->address.port});
    }
    if (redis->tls) {
      auto trust = wire::net::TlsTrust::open(config.redis.tls_authorities);
      if (!trust)
        throw std::runtime_error("Redis cannot be spoken to over TLS (redis.tls_authorities): " + trust.error().text);
      options.redis->address.trust = *std::move(trust);
    }
    options.server.node = node_name(config);
  }

  options.server.throttle_handshake = handshakes_of_address(handshakes);
  options.server.cors = cors_options(config);
  options.server.refuse_origin =
      [cors = config.cors](std::optional<std::string_view> origin) -> std::optional<std::string> {
    if (!origin) {
      if (cors.allow_no_origin) return std::nullopt;
      return "A request must have an Origin header here (cors.allow_no_origin is false).";
    }
    if (std::find(cors.origins.begin(), cors.origins.end(), *origin) != cors.origins.end()) return std::nullopt;
    return "This origin is not allowed. The server's configuration lists those that are (cors.origins).";
  };
  return options;
}

// Calls `listen(address, port)` for each address of the host, on one port. Returns the port; throws when it is not to
// be had.
template <class Listen>
std::uint16_t listen_on(const std::string& host, std::uint16_t port, Listen listen) {
  const std::vector<std::string> addresses = listen_addresses(host);
  for (const std::string& address : addresses) {
    const auto bound = listen(address, port);
    if (bound) {
      port = *bound;
    } else if (address != addresses.front()) {
      // A machine without IPv6 has only the first address of localhost.
      wire::log(wire::LogLevel::debug, "an address is not there to listen on", {{"why", bound.error().text}});
    } else {
      throw std::runtime_error(bound.error().text);
    }
  }
  return port;
}

// "Ana María" is the user ana-maría.
std::string user_id_of(std::string name) {
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == ' ') c = '-';
  }
  return name;
}

std::optional<console::IssueToken> issue_token(const Config& config, const WallClock& clock) {
  if (!config.development) return std::nullopt;
  return [auth = config.auth, &clock](const std::string& name) -> wire::Result<std::string, Failure> {
    const auto token =
        cli::make_token({.subject = user_id_of(name), .name = name}, cli::default_ttl(auth), auth, clock.now());
    if (!token) {
      return invalid("name", std::string("The server would refuse this name: ").append(auth::to_string(token.error())));
    }
    return *token;
  };
}

services::IceService::Servers ice_servers(const IceConfig& config) {
  return {config.stun_urls, config.turn_urls, config.turn_secret,
          std::chrono::duration_cast<std::chrono::seconds>(config.turn_ttl)};
}

std::vector<std::string> key_paths(const AuthConfig& config) {
  std::vector<std::string> paths;
  for (const KeyFile& file : config.keys) paths.push_back(file.path);
  return paths;
}

push::PushService::Options push_options(const PushConfig& config) {
  auto key = push::KeyPair::from_private(wire::base64url_decode_strict(config.private_key).value_or(std::string()));
  if (!key) throw std::runtime_error("push.private_key is no key of the curve P-256; make one with: mentara push-key");
  return {.rules = {*std::move(key), config.subject, config.retry_delay},
          .ttl = config.ttl,
          .delay = config.delay,
          .allow_insecure = config.allow_insecure_endpoints};
}

std::vector<std::string> tls_paths(const TlsConfig& config) {
  if (!config.is_on()) return {};
  return {config.certificate, config.key};
}

std::unique_ptr<storage::Store> open_store(const Config& config, Post post,
                                           std::function<void(storage::Position)> on_growth) {
  const DatabaseConfig& database = config.database;
  if (!database.url.empty()) {
    return std::make_unique<storage::PostgresStore>(
        storage::PostgresOptions{.url = database.url,
                                 .write_queue_max = database.write_queue_max,
                                 .read_queue_max = database.read_queue_max,
                                 .group_commit_max = database.group_commit_max,
                                 .statement_timeout = database.statement_timeout,
                                 .on_growth = std::move(on_growth)},
        std::move(post));
  }
  return std::make_unique<storage::SqliteStore>(storage::SqliteOptions{.data_directory = config.data_directory,
                                                                       .write_queue_max = database.write_queue_max,
                                                                       .read_queue_max = database.read_queue_max,
                                                                       .group_commit_max = database.group_commit_max},
                                                std::move(post));
}

} // namespace

// In the order of building; destroyed backwards.
struct Application::Parts {
  explicit Parts(const Config& config);

  void add_figures(ops::Figures& figures); // of what lives on the home loop
  const char* not_ready() const {
    if (stopping) return "stopping";
    return store->healthy() ? nullptr : "the database failed or cannot be reached; see the log";
  }
  const char* degraded() const {
    if (!node_bus || nodes_ready) return nullptr;
    return "Redis cannot be reached: what other nodes tell comes later, by way of the database";
  }
  void add_store_figures(ops::Figures& figures) const;
  void join_nodes(wire::net::Loop& home_loop);
  void begin_drain();
  void on_loop_drained();
  void finish_requests();
  void begin_stop();

  const SystemWallClock clock{};
  const milliseconds drain_deadline;
  std::atomic<int> stops{0};           // how often it was asked to
  std::atomic<bool> stopping{false};   // nobody new is taken in
  std::atomic<bool> stop_begun{false}; // nobody is waited for any more
  std::size_t draining_loops = 0;
  wire::TimePoint drained_by{};
  std::optional<wire::net::Timer> drain_timer;
  std::atomic<bool> nodes_ready{false}; // as node_bus is, for any thread
  auth::Revocations revoked_tokens;
  auth::Authenticator authenticator;
  const std::vector<NotificationRule> notification_rules;
  auth::RateLimiter address_handshakes;
  const std::shared_ptr<wire::net::TlsContext> tls; // null: nothing is encrypted
  std::optional<wire::cluster::Node> node;          // its loops outlive what is posted to them
  std::optional<RedisNodeBus> node_bus;             // none: this node is alone
  std::optional<cluster::NewsExchange> node_news;   // likewise
  std::optional<connections::Home> home;
  std::optional<events::EventBus> bus;
  std::optional<connections::ConnectionManager> connections;
  std::unique_ptr<storage::Store> store;
  gateways::Disconnector disconnector;
  std::optional<gateways::ClusterSockets> live_sockets;
  std::optional<connections::ClusterUsers> users;
  std::optional<gateways::EventLimits> event_limits;
  std::optional<auth::FailureBudget> failures;       // of addresses
  std::optional<auth::RateLimiter> address_requests; // likewise, over REST
  std::optional<services::RevocationService> revocations;
  std::optional<wire::net::Timer> revocations_timer;
  std::optional<wire::net::Timer> others_timer;
  std::optional<services::MessageService> messages;
  std::optional<services::MessageChangeService> message_changes;
  std::optional<services::ConversationService> conversations;
  std::optional<services::ParticipantService> participants;
  std::optional<services::BlockService> blocks;
  std::optional<services::PersonalDataService> personal_data;
  std::optional<wire::net::Timer> erasures_timer;
  std::optional<services::SearchService> search;
  std::optional<services::UnreadService> unread;
  std::optional<connections::PresenceService> presence;
  std::optional<connections::ViewerService> viewers;
  std::optional<wire::net::Timer> notifier_timer;
  std::optional<services::MessageNotifier> notifier;
  std::optional<wire::net::Timer> notifications_timer;
  std::optional<services::NotificationService> notifications;
  std::optional<wire::net::Timer> push_timer;
  std::optional<push::PushService> push; // none: it is not configured
  std::unique_ptr<push::Outlet> push_outlet;
  std::optional<wire::net::Timer> search_timer;
  std::optional<wire::net::Timer> proofs_timer;
  std::optional<services::SyncService> sync;
  std::optional<wire::net::Timer> calls_timer;
  std::optional<wire::net::Timer> abandoned_timer; // none: calls are shared
  std::optional<gateways::VideoCallNews> call_news;
  std::optional<services::Engagements> engagements;
  std::optional<services::CallService> calls;
  std::optional<services::ConferenceService> conferences;
  std::optional<services::IceService> ice;
  std::optional<requests::LiveCallRequests> live_call_requests;
  std::optional<gateways::CallDesk> call_desk;
  std::vector<std::unique_ptr<gateways::VideoCallGateway>> video_calls; // one for each loop
  std::vector<std::unique_ptr<requests::CallRequests>> call_requests;   // one for each loop
  std::vector<std::unique_ptr<gateways::MessagingGateway>> messaging;   // one for each loop
  std::vector<std::unique_ptr<gateways::NotificationGateway>> notification_gateways;
  std::vector<std::unique_ptr<requests::MessagingRequests>> messaging_requests; // likewise, for REST
  std::vector<std::unique_ptr<requests::NotificationRequests>> notification_requests;
  std::vector<std::unique_ptr<requests::AccessRequests>> access_requests; // likewise
  std::vector<std::unique_ptr<requests::UserRequests>> user_requests;     // likewise
  std::vector<std::unique_ptr<requests::PresenceRequests>> presence_requests;
  std::vector<std::unique_ptr<api::RestApi>> rest; // likewise
  std::optional<gateways::WebSocketEventService> websocket_events;
  std::vector<std::unique_ptr<gateways::Departure>> departures; // one for each loop
  std::optional<gateways::UnreadNews> unread_news;
  ops::Health health{[this] { return not_ready(); }, [this] { return degraded(); }};
  std::vector<std::unique_ptr<ops::Traffic>> traffic; // one for each loop
  std::optional<ops::Metrics> metrics;
  std::optional<console::Console> console;
  std::optional<wire::http::Server> operations;
  std::optional<ops::FileWatch> key_files;
  std::optional<ops::FileWatch> tls_files;
};

Application::Parts::Parts(const Config& config)
    : drain_deadline(config.server.drain_deadline),
      authenticator(config.auth, revoked_tokens, clock),
      notification_rules(config.notifications.rules),
      address_handshakes(rate(config.limits.handshakes_per_second, config.limits.handshakes_burst)),
      tls(open_tls(config.tls)) {
  node.emplace(node_options(config, address_handshakes), [](wire::sio::Server&) {});
  wire::net::Loop& home_loop = node->loop(0);
  const auto post = [&home_loop](wire::UniqueFunction<void()> task) { home_loop.post(std::move(task)); };
  home.emplace(home_loop);
  bus.emplace(post);
  connections.emplace(connections::ConnectionManager::Limits{.sockets_per_user = config.limits.sockets_per_user});
  if (node->nodes()) {
    node_bus.emplace(*node->nodes());
    node_bus->on_state([this](bool ready) { nodes_ready = ready; });
    node_news.emplace(*node_bus);
  }
  live_sockets.emplace(disconnector, node_news ? &*node_news : nullptr);
  users.emplace(*bus, *connections, home_loop, node_bus ? &*node_bus : nullptr);
  store = open_store(config, post, [this](storage::Position end) { websocket_events->on_growth(end); });
  revocations.emplace(*store, revoked_tokens, *live_sockets, clock,
                      services::RevocationService::Limits{.token_lifetime_max = config.auth.max_lifetime,
                                                          .leeway = config.auth.leeway});
  revocations_timer.emplace(home_loop, [this] {
    revocations->forget_expired();
    revocations_timer->arm(limits::revocations_cleaning_interval);
  });
  revocations_timer->arm(limits::revocations_cleaning_interval);
  if (node_bus) join_nodes(home_loop);
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
  presence.emplace(*store, *bus, clock, node->server(0),
                   connections::PresenceBoard::Delays{.offline_after = config.presence.offline_after}, *users,
                   node_news ? &*node_news : nullptr);
  viewers.emplace(*store, *bus, clock, node->server(0), *users, node_bus ? &*node_bus : nullptr);
  presence->on_set([this](const UserId& user) { viewers->look_again(user); });
  notifier_timer.emplace(home_loop, [this] { notifier->tell(); });
  notifier.emplace(*store, *bus, clock,
                   services::MessageNotifier::Outside{
                       [this](const UserId& user) { return users->is_there(user, cluster::Here::messaging); },
                       [this] {
                         if (!notifier_timer->armed()) notifier_timer->arm(limits::notifier_delay);
                       },
                       [this] { notifier_timer->arm(limits::notifier_retry); }, !config.database.url.empty()});
  home_loop.post([this] { notifier->begin(); }); // messages from before a crash
  notifications_timer.emplace(home_loop, [this] { notifications->on_due(); });
  notifications.emplace(*store, *bus, clock, [this](UnixTime due) {
    const milliseconds wait(std::max<std::int64_t>(due.ms - clock.now().ms, 0));
    notifications_timer->arm(std::min<wire::Duration>(wait, limits::due_check_max));
  });
  home_loop.post([this] { notifications->on_due(); }); // what came due while nobody was there
  if (!config.push.private_key.empty()) {
    push_outlet = std::make_unique<push::CurlOutlet>(
        push::CurlOutlet::Options{.allow_insecure = config.push.allow_insecure_endpoints,
                                  .ca_file = config.push.ca_file,
                                  .timeout = limits::push_timeout},
        post);
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
  sync.emplace(*store, *bus, clock,
               services::SyncService::Limits{.replayed_events_max = config.replay.events_max,
                                             .replayed_age_max = config.replay.age_max},
               [this] { proofs_timer->arm(limits::proof_delay); });

  calls_timer.emplace(home_loop, [this] { calls->on_time(); });
  call_news.emplace(node->server(0));
  engagements.emplace(*bus, clock);
  const bool shares_calls = node_bus && !config.database.url.empty();
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
  if (shares_calls) site.emplace(gateways::CallDesk::Site{*store, *node_bus, *node_news, *users});
  call_desk.emplace(*bus, home_loop, gateways::CallDesk::Services{*calls, *conferences, *live_call_requests}, site);
  if (!shares_calls) calls->recover();
  if (!shares_calls && !config.database.url.empty()) {
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
  address_requests.emplace(rate(config.limits.requests_per_second, config.limits.requests_burst));
  const gateways::Admission::Parts admission{authenticator, *home,        *connections,  *store,    *sync,
                                             *bus,          disconnector, *event_limits, *failures, clock};
  const api::RestApi::Limits rest_limits{*failures, *address_requests,
                                         [this](const UserId& user, std::string_view event, wire::TimePoint now) {
                                           return event_limits->take(user, event, now);
                                         }};
  const requests::MessagingRequests::Services messaging_services{*messages,     *message_changes, *conversations,
                                                                 *participants, *blocks,          *search};
  const requests::NotificationRequests::Services notification_services{*notifications, notification_rules,
                                                                       push ? &*push : nullptr};
  gateways::WebSocketEventService::Feeds feeds;
  console.emplace(issue_token(config, clock));
  for (std::size_t i = 0; i < node->loops(); ++i) {
    messaging.push_back(std::make_unique<gateways::MessagingGateway>(node->server(i), admission, messaging_services,
                                                                     *presence, *viewers));
    feeds.messaging.push_back(&messaging.back()->feed());
    notification_gateways.push_back(
        std::make_unique<gateways::NotificationGateway>(node->server(i), admission, notification_services));
    feeds.notifications.push_back(&notification_gateways.back()->feed());
    video_calls.push_back(std::make_unique<gateways::VideoCallGateway>(
        node->server(i), admission, gateways::VideoCallGateway::Services{*calls, *call_desk, *ice}));
    feeds.video_calls.push_back(&video_calls.back()->feed());
    call_requests.push_back(std::make_unique<requests::CallRequests>(*home, node->loop(i), *calls, *ice));
    messaging_requests.push_back(
        std::make_unique<requests::MessagingRequests>(*home, node->loop(i), messaging_services));
    notification_requests.push_back(
        std::make_unique<requests::NotificationRequests>(*home, node->loop(i), notification_services));
    access_requests.push_back(std::make_unique<requests::AccessRequests>(
        *home, node->loop(i), requests::AccessRequests::Services{*revocations, *live_sockets, *connections, clock}));
    rest.push_back(std::make_unique<api::RestApi>(node->loop(i), authenticator, rest_limits, cors_options(config)));
    api::add_messaging_routes(rest.back()->routes(), *messaging_requests.back());
    presence_requests.push_back(std::make_unique<requests::PresenceRequests>(*home, node->loop(i), *presence));
    api::add_presence_routes(rest.back()->routes(), *presence_requests.back());
    api::add_notification_routes(rest.back()->routes(), *notification_requests.back());
    api::add_access_routes(rest.back()->routes(), *access_requests.back());
    api::add_call_routes(rest.back()->routes(), *call_requests.back());
    user_requests.push_back(std::make_unique<requests::UserRequests>(*home, node->loop(i), *personal_data));
    api::add_user_routes(rest.back()->routes(), *user_requests.back());
    traffic.push_back(std::make_unique<ops::Traffic>(node->server(i), node->http(i)));
    traffic.back()->watch(node->server(i).of(contract::messaging::nsp), contract::messaging::client_event::all,
                          contract::messaging::server_event::all, messaging.back()->tally());
    traffic.back()->watch(node->server(i).of(contract::notifications::nsp), contract::notifications::client_event::all,
                          contract::notifications::server_event::all, notification_gateways.back()->tally());
    traffic.back()->watch(node->server(i).of(contract::video_calls::nsp), contract::video_calls::client_event::all,
                          contract::video_calls::server_event::all, video_calls.back()->tally());
    traffic.back()->watch_rest(rest.back()->tally());
    departures.push_back(std::make_unique<gateways::Departure>(node->loop(i)));
    for (const auto nsp : {contract::messaging::nsp, contract::notifications::nsp, contract::video_calls::nsp}) {
      departures.back()->add(node->server(i).of(nsp));
    }
    rest.back()->attach(node->http(i).router());
    health.attach(node->http(i).router());
    console->attach(node->http(i).router());
  }
  websocket_events.emplace(*bus, node->server(0), std::move(feeds), store->end_of_log(),
                           node_bus ? &*node_bus : nullptr);
  unread_news.emplace(*bus, node->server(0), *unread,
                      [this](const UserId& user) { return users->is_there(user, cluster::Here::messaging); });

  operations.emplace(home_loop);
  health.attach(operations->router());
  std::vector<ops::Traffic*> traffic_of_loops;
  for (const auto& of_loop : traffic) traffic_of_loops.push_back(of_loop.get());
  metrics.emplace(home_loop, std::move(traffic_of_loops), [this](ops::Figures& figures) { add_figures(figures); });
  metrics->attach(operations->router());
  const std::uint16_t port =
      listen_on(config.server.host, config.server.port, [&](const std::string& address, std::uint16_t asked) {
        return node->listen(address, asked, {.tls = tls, .proxy_protocol = config.server.proxy_protocol});
      });
  try {
    listen_on(config.operations.host, config.operations.port,
              [this](const std::string& address, std::uint16_t asked) { return operations->listen(address, asked); });
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(std::string(error.what()) + " (the operations listener; see operations.port)");
  }
  key_files.emplace(home_loop, key_paths(config.auth), [this] { authenticator.reload_keys(); });
  tls_files.emplace(home_loop, tls_paths(config.tls), [this] { reload_tls(*tls); });
  wire::log(wire::LogLevel::info, "listening",
            {{"host", config.server.host},
             {"port", port},
             {"tls", tls != nullptr},
             {"loops", node->loops()},
             {"data", config.database.url.empty() ? config.data_directory : storage::shown_url(config.database.url)}});
}

// What other nodes tell is done here too. What they could not tell, because Redis was away, is looked for.
void Application::Parts::join_nodes(wire::net::Loop& home_loop) {
  node_news->on<cluster::TokensRevoked>(
      [this](const cluster::TokensRevoked& news) { revocations->learn(news.revocation, disconnector); });
  node_news->on<cluster::UserDisconnected>([this](const cluster::UserDisconnected& news) {
    disconnector.disconnect_user(news.user_id, {news.reason, news.error});
  });
  node_bus->on_state([this](bool ready) {
    if (!ready) return;
    revocations->look_for_others(disconnector);
    presence->look_again();
  });
  others_timer.emplace(home_loop, [this] {
    if (!node_bus->ready()) revocations->look_for_others(disconnector);
    others_timer->arm(limits::revocations_without_nodes);
  });
  others_timer->arm(limits::revocations_without_nodes);
}

void Application::Parts::add_figures(ops::Figures& figures) {
  const auto number = [](auto count) { return static_cast<double>(count); };
  figures.gauge("mentara_ready", "1 while the server can do its work.", not_ready() ? 0 : 1);
  figures.gauge("mentara_users", "Users with at least one socket.", number(connections->user_count()));
  figures.gauge("mentara_user_sockets", "Sockets of users, being accepted or connected.",
                number(connections->socket_count()));
  figures.gauge("mentara_connections", "TCP connections to the client port, WebSockets included.",
                number(node->http(0).connection_limit().taken()));
  figures.gauge("mentara_connections_max", "TCP connections that there may be.",
                number(node->http(0).connection_limit().most()));
  figures.gauge("mentara_presence_users", "Users whose presence is known: with a socket, or watched.",
                number(presence->user_count()));
  figures.gauge("mentara_presence_watchers", "Sockets that watch somebody's presence.",
                number(presence->watcher_count()));
  figures.gauge("mentara_viewers", "Users who have a conversation open, each for each of them.",
                number(viewers->view_count()));
  figures.gauge("mentara_addresses", "Addresses that have connections, but for those of trusted proxies.",
                number(node->http(0).addresses()));
  if (tls) {
    figures.gauge("mentara_tls_certificate_expires_seconds", "When the certificate ends, in Unix time.",
                  number(tls->expires_unix_seconds()));
  }
  figures.gauge("mentara_log_position", "The last position of the log that is committed.",
                number(store->end_of_log().position));
  add_store_figures(figures);
  figures.gauge("mentara_revocations", "Revoked tokens and users that are remembered.", number(revoked_tokens.count()));
  const events::EventBus::Counters& told = bus->counters();
  figures.count("mentara_bus_events_total", "Domain events on the bus, by what became of them.", number(told.published),
                {{"result", "published"}});
  figures.count("mentara_bus_events_total", "Domain events on the bus, by what became of them.", number(told.refused),
                {{"result", "refused"}});
  figures.count("mentara_bus_events_total", "Domain events on the bus, by what became of them.", number(told.failed),
                {{"result", "failed"}});
  if (node_bus) {
    const gateways::WebSocketEventService::Counters& nodes = websocket_events->counters();
    figures.gauge("mentara_nodes", "Nodes of the site that this one hears, itself included.",
                  number(users->roster().nodes() + 1));
    figures.gauge("mentara_calls_kept", "1 while this node keeps the calls of all nodes.", call_desk->keeps() ? 1 : 0);
    figures.gauge("mentara_redis_ready", "1 while Redis can be reached.", node_bus->ready() ? 1 : 0);
    constexpr auto news = "What other nodes told of the log, by what became of it.";
    figures.count("mentara_log_news_total", news, number(nodes.heard), {{"result", "heard"}});
    figures.count("mentara_log_news_total", news, number(nodes.refused), {{"result", "refused"}});
  }
  figures.count("mentara_log_gaps_total", "How often the log was read for what nobody had told.",
                number(websocket_events->counters().gaps));
  if (push) {
    const push::Deliveries::Counters& pushed = push->counters();
    for (const auto& [result, count] : {std::pair{"sent", pushed.sent},
                                        {"retried", pushed.retried},
                                        {"failed", pushed.failed},
                                        {"gone", pushed.gone},
                                        {"dropped", pushed.dropped}}) {
      figures.count("mentara_pushes_total", "Web Push, by what became of each try.", number(count),
                    {{"result", result}});
    }
    figures.gauge("mentara_pushes_queued", "Pushes on their way, or waiting for it.", number(push->queued()));
  }
  figures.gauge("mentara_bus_queued", "Domain events that wait.", number(bus->queued()));
}

void Application::Parts::add_store_figures(ops::Figures& figures) const {
  const storage::StoreFigures now = store->figures();
  constexpr auto queued = "What waits for the database.";
  figures.gauge("mentara_store_queued", queued, static_cast<double>(now.queued_writes), {{"queue", "writes"}});
  figures.gauge("mentara_store_queued", queued, static_cast<double>(now.queued_reads), {{"queue", "reads"}});
  figures.histogram("mentara_commit_writes", "Transactions, by how many writes they had.",
                    static_cast<double>(now.groups.writes),
                    {storage::GroupSizes::bounds, {now.groups.counts.begin(), now.groups.counts.end()}});
}

// Nobody new comes in; those who are there are told, and leave one after the other.
void Application::Parts::begin_drain() {
  stopping = true;
  wire::log(wire::LogLevel::info, "draining: clients are told to leave", {{"deadline_ms", drain_deadline.count()}});
  drained_by = node->loop(0).now() + drain_deadline;
  draining_loops = node->loops();
  const std::size_t others = users->roster().nodes();
  if (others > 0) call_desk->resign();
  drain_timer.emplace(node->loop(0), [this] { finish_requests(); });
  for (std::size_t i = 0; i < node->loops(); ++i) {
    node->loop(i).post([this, i, others] {
      node->http(i).stop_listening();
      gateways::Departure& departure = *departures[i];
      const std::size_t all = departure.connections() * node->loops();
      departure.begin(gateways::Departure::window(all, others, drain_deadline), drain_deadline,
                      [this] { node->loop(0).post([this] { on_loop_drained(); }); });
    });
  }
}

void Application::Parts::on_loop_drained() {
  if (--draining_loops > 0) return;
  // Connections that are left without a request, such as those on which nobody has shown a token yet, are not waited
  // for longer than the requests of others take.
  constexpr wire::Duration requests_take_at_most = wire::seconds(2);
  drained_by = std::min(drained_by, node->loop(0).now() + requests_take_at_most);
  for (std::size_t i = 0; i < node->loops(); ++i) {
    node->loop(i).post([this, i] { node->http(i).close_idle(); });
  }
  finish_requests();
}

// Requests over HTTP close their connections behind their answers.
void Application::Parts::finish_requests() {
  if (node->http(0).connection_limit().taken() == 0 || node->loop(0).now() >= drained_by) return begin_stop();
  drain_timer->arm(limits::departure_interval);
}

void Application::Parts::begin_stop() {
  if (stop_begun.exchange(true)) return;
  node->loop(0).post([this] { users->leave(); });
  stopping = true;
  wire::log(wire::LogLevel::info, "stopping");
  node->loop(0).post([this] {
    operations->stop_listening();
    operations->close();
  });
  node->stop();
}

Application::Application(const Config& config) : parts_(std::make_unique<Parts>(config)) {}
Application::~Application() = default;

void Application::run() {
  parts_->node->run();
  wire::log(wire::LogLevel::info, "stopped");
}

void Application::reload() {
  parts_->authenticator.reload_keys();
  if (parts_->tls) reload_tls(*parts_->tls);
}

void Application::stop() {
  if (parts_->stops.fetch_add(1) > 0 || parts_->drain_deadline.count() == 0) return parts_->begin_stop();
  parts_->node->loop(0).post([this] { parts_->begin_drain(); });
}

} // namespace mentara
