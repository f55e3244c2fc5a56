#include "mentara/application/application.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "mentara/api/access_routes.h"
#include "mentara/api/call_routes.h"
#include "mentara/api/messaging_routes.h"
#include "mentara/api/notification_routes.h"
#include "mentara/api/rest_api.h"
#include "mentara/api/user_routes.h"
#include "mentara/application/edge.h"
#include "mentara/application/limit_sharing.h"
#include "mentara/application/node_logic.h"
#include "mentara/application/node_options.h"
#include "mentara/application/redis_node_bus.h"
#include "mentara/auth/rate_limiter.h"
#include "mentara/cli/make_token.h"
#include "mentara/console/console.h"
#include "mentara/contract/event_table.h"
#include "mentara/limits_of_nodes.h"
#include "mentara/ops/file_watch.h"
#include "mentara/ops/health.h"
#include "mentara/ops/metrics.h"
#include "mentara/ops/traffic.h"
#include "mentara/push/curl_outlet.h"
#include "mentara/storage/postgres_store.h"
#include "mentara/storage/sqlite_store.h"
#include "wire/base/log.h"
#include "wire/cluster/node.h"

namespace mentara {
namespace {

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

std::vector<std::string> key_paths(const AuthConfig& config) {
  std::vector<std::string> paths;
  for (const KeyFile& file : config.keys) paths.push_back(file.path);
  return paths;
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
    return logic->store->healthy() ? nullptr : "the database failed or cannot be reached; see the log";
  }
  const char* degraded() const {
    if (!node_bus || nodes_ready) return nullptr;
    return "Redis cannot be reached: what other nodes tell comes later, by way of the database";
  }
  void add_store_figures(ops::Figures& figures) const;
  NodeLogic::Outside outside(const Config& config);
  void serve(std::size_t loop, const Config& config);
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
  auth::RateLimiter address_handshakes;
  const std::shared_ptr<wire::net::TlsContext> tls; // null: nothing is encrypted
  std::optional<wire::cluster::Node> node;          // its loops outlive what is posted to them
  std::optional<RedisNodeBus> node_bus;             // none: this node is alone
  std::optional<NodeLogic> logic;
  std::optional<auth::RateLimiter> address_requests;                            // over REST
  std::optional<LimitSharing> limit_sharing;                                    // none: this node is alone
  std::vector<std::unique_ptr<requests::CallRequests>> call_requests;           // one for each loop
  std::vector<std::unique_ptr<requests::MessagingRequests>> messaging_requests; // likewise
  std::vector<std::unique_ptr<requests::NotificationRequests>> notification_requests;
  std::vector<std::unique_ptr<requests::AccessRequests>> access_requests; // likewise
  std::vector<std::unique_ptr<requests::UserRequests>> user_requests;     // likewise
  std::vector<std::unique_ptr<requests::PresenceRequests>> presence_requests;
  std::vector<std::unique_ptr<api::RestApi>> rest; // likewise
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
      address_handshakes(rate(config.limits.handshakes_per_second, config.limits.handshakes_burst)),
      tls(open_tls(config.tls)) {
  node.emplace(node_options(config, address_handshakes), [](wire::sio::Server&) {});
  wire::net::Loop& home_loop = node->loop(0);
  if (node->nodes()) {
    node_bus.emplace(*node->nodes(), node_name(config));
    node_bus->on_state([this](bool ready) { nodes_ready = ready; });
  }
  logic.emplace(config, outside(config));
  address_requests.emplace(rate(config.limits.requests_per_second, config.limits.requests_burst));
  if (node_bus) {
    cluster::LimitExchange& shared = limit_sharing.emplace(*node_bus, home_loop).exchange();
    shared.add("events", logic->event_limits->events());
    shared.add("sends", logic->event_limits->sends());
    shared.add("failures", *logic->failures);
    shared.add("requests", *address_requests);
    shared.add("handshakes", address_handshakes);
  }
  console.emplace(issue_token(config, clock));
  for (std::size_t i = 0; i < node->loops(); ++i) serve(i, config);

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
  key_files.emplace(home_loop, key_paths(config.auth), [this] { logic->authenticator.reload_keys(); });
  tls_files.emplace(home_loop, tls_paths(config.tls), [this] { reload_tls(*tls); });
  wire::log(wire::LogLevel::info, "listening",
            {{"host", config.server.host},
             {"port", port},
             {"tls", tls != nullptr},
             {"loops", node->loops()},
             {"data", config.database.url.empty() ? config.data_directory : storage::shown_url(config.database.url)}});
}

NodeLogic::Outside Application::Parts::outside(const Config& config) {
  NodeLogic::Outside outside{.clock = clock, .servers = {}, .open_store = {}};
  for (std::size_t i = 0; i < node->loops(); ++i) outside.servers.push_back(&node->server(i));
  if (node_bus) outside.nodes = &*node_bus;
  outside.shared_database = !config.database.url.empty();
  outside.open_store = [&config](Post post, std::function<void(storage::Position)> on_growth) {
    return open_store(config, std::move(post), std::move(on_growth));
  };
  if (!config.push.private_key.empty()) {
    outside.push_outlet = std::make_unique<push::CurlOutlet>(
        push::CurlOutlet::Options{.allow_insecure = config.push.allow_insecure_endpoints,
                                  .ca_file = config.push.ca_file,
                                  .timeout = limits::push_timeout},
        [loop = &node->loop(0)](wire::UniqueFunction<void()> task) { loop->post(std::move(task)); });
  }
  return outside;
}

// What a loop answers over HTTP, and counts.
void Application::Parts::serve(std::size_t i, const Config& config) {
  const api::RestApi::Limits limits{*logic->failures, *address_requests,
                                    [this](const UserId& user, std::string_view event, wire::TimePoint now) {
                                      return logic->event_limits->take(user, event, now);
                                    }};
  const connections::Home& home = *logic->home;
  wire::net::Loop& loop = node->loop(i);
  wire::sio::Server& server = node->server(i);
  wire::http::Server& http = node->http(i);
  call_requests.push_back(std::make_unique<requests::CallRequests>(home, loop, *logic->calls, *logic->ice));
  messaging_requests.push_back(std::make_unique<requests::MessagingRequests>(home, loop, logic->messaging_services()));
  notification_requests.push_back(
      std::make_unique<requests::NotificationRequests>(home, loop, logic->notification_services()));
  access_requests.push_back(std::make_unique<requests::AccessRequests>(
      home, loop, requests::AccessRequests::Services{*logic->revocations, *logic->user_endings, clock}));
  presence_requests.push_back(std::make_unique<requests::PresenceRequests>(home, loop, *logic->presence));
  user_requests.push_back(std::make_unique<requests::UserRequests>(home, loop, *logic->personal_data));
  rest.push_back(std::make_unique<api::RestApi>(loop, logic->authenticator, limits, cors_options(config)));
  api::add_messaging_routes(rest.back()->routes(), *messaging_requests.back());
  api::add_presence_routes(rest.back()->routes(), *presence_requests.back());
  api::add_notification_routes(rest.back()->routes(), *notification_requests.back());
  api::add_access_routes(rest.back()->routes(), *access_requests.back());
  api::add_call_routes(rest.back()->routes(), *call_requests.back());
  api::add_user_routes(rest.back()->routes(), *user_requests.back());
  traffic.push_back(std::make_unique<ops::Traffic>(server, http));
  traffic.back()->watch(server.of(contract::messaging::nsp), contract::messaging::client_event::all,
                        contract::messaging::server_event::all, logic->messaging[i]->tally());
  traffic.back()->watch(server.of(contract::notifications::nsp), contract::notifications::client_event::all,
                        contract::notifications::server_event::all, logic->notification_gateways[i]->tally());
  traffic.back()->watch(server.of(contract::video_calls::nsp), contract::video_calls::client_event::all,
                        contract::video_calls::server_event::all, logic->video_calls[i]->tally());
  traffic.back()->watch_rest(rest.back()->tally());
  rest.back()->attach(http.router());
  health.attach(http.router());
  console->attach(http.router());
}

void Application::Parts::add_figures(ops::Figures& figures) {
  const auto number = [](auto count) { return static_cast<double>(count); };
  figures.gauge("mentara_ready", "1 while the server can do its work.", not_ready() ? 0 : 1);
  figures.gauge("mentara_users", "Users with at least one socket.", number(logic->connections->user_count()));
  figures.gauge("mentara_user_sockets", "Sockets of users, being accepted or connected.",
                number(logic->connections->socket_count()));
  figures.gauge("mentara_connections", "TCP connections to the client port, WebSockets included.",
                number(node->http(0).connection_limit().taken()));
  figures.gauge("mentara_connections_max", "TCP connections that there may be.",
                number(node->http(0).connection_limit().most()));
  figures.gauge("mentara_presence_users", "Users whose presence is known: with a socket, or watched.",
                number(logic->presence->user_count()));
  figures.gauge("mentara_presence_watchers", "Sockets that watch somebody's presence.",
                number(logic->presence->watcher_count()));
  figures.gauge("mentara_viewers", "Users who have a conversation open, each for each of them.",
                number(logic->viewers->view_count()));
  figures.gauge("mentara_addresses", "Addresses that have connections, but for those of trusted proxies.",
                number(node->http(0).addresses()));
  if (tls) {
    figures.gauge("mentara_tls_certificate_expires_seconds", "When the certificate ends, in Unix time.",
                  number(tls->expires_unix_seconds()));
  }
  figures.gauge("mentara_log_position", "The last position of the log that is committed.",
                number(logic->store->end_of_log().position));
  add_store_figures(figures);
  figures.gauge("mentara_revocations", "Revoked tokens and users that are remembered.",
                number(logic->revoked_tokens.count()));
  const events::EventBus::Counters& told = logic->bus->counters();
  figures.count("mentara_bus_events_total", "Domain events on the bus, by what became of them.", number(told.published),
                {{"result", "published"}});
  figures.count("mentara_bus_events_total", "Domain events on the bus, by what became of them.", number(told.refused),
                {{"result", "refused"}});
  figures.count("mentara_bus_events_total", "Domain events on the bus, by what became of them.", number(told.failed),
                {{"result", "failed"}});
  if (node_bus) {
    const gateways::WebSocketEventService::Counters& nodes = logic->websocket_events->counters();
    figures.gauge("mentara_nodes", "Nodes of the site that this one hears, itself included.",
                  number(logic->users->roster().nodes() + 1));
    figures.gauge("mentara_calls_kept", "1 while this node keeps the calls of all nodes.",
                  logic->call_desk->keeps() ? 1 : 0);
    figures.gauge("mentara_redis_ready", "1 while Redis can be reached.", node_bus->ready() ? 1 : 0);
    constexpr auto news = "What other nodes told of the log, by what became of it.";
    figures.count("mentara_log_news_total", news, number(nodes.heard), {{"result", "heard"}});
    figures.count("mentara_log_news_total", news, number(nodes.refused), {{"result", "refused"}});
    const cluster::LimitExchange::Counters& shared = limit_sharing->exchange().counters();
    constexpr auto limit_news = "Users and addresses of whom nodes told each other what they took of limits.";
    figures.count("mentara_limit_news_total", limit_news, number(shared.told), {{"result", "told"}});
    figures.count("mentara_limit_news_total", limit_news, number(shared.heard), {{"result", "heard"}});
    figures.count("mentara_limit_news_total", limit_news, number(shared.refused), {{"result", "refused"}});
  }
  figures.count("mentara_log_gaps_total", "How often the log was read for what nobody had told.",
                number(logic->websocket_events->counters().gaps));
  if (logic->push) {
    const push::Deliveries::Counters& pushed = logic->push->counters();
    for (const auto& [result, count] : {std::pair{"sent", pushed.sent},
                                        {"retried", pushed.retried},
                                        {"failed", pushed.failed},
                                        {"gone", pushed.gone},
                                        {"dropped", pushed.dropped}}) {
      figures.count("mentara_pushes_total", "Web Push, by what became of each try.", number(count),
                    {{"result", result}});
    }
    figures.gauge("mentara_pushes_queued", "Pushes on their way, or waiting for it.", number(logic->push->queued()));
  }
  figures.gauge("mentara_bus_queued", "Domain events that wait.", number(logic->bus->queued()));
}

void Application::Parts::add_store_figures(ops::Figures& figures) const {
  const storage::StoreFigures now = logic->store->figures();
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
  const std::size_t others = logic->users->roster().nodes();
  if (others > 0) logic->call_desk->resign();
  drain_timer.emplace(node->loop(0), [this] { finish_requests(); });
  for (std::size_t i = 0; i < node->loops(); ++i) {
    node->loop(i).post([this, i, others] {
      node->http(i).stop_listening();
      gateways::Departure& departure = *logic->departures[i];
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
  node->loop(0).post([this] { logic->users->leave(); });
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
  parts_->logic->authenticator.reload_keys();
  if (parts_->tls) reload_tls(*parts_->tls);
}

void Application::stop() {
  if (parts_->stops.fetch_add(1) > 0 || parts_->drain_deadline.count() == 0) return parts_->begin_stop();
  parts_->node->loop(0).post([this] { parts_->begin_drain(); });
}

} // namespace mentara
