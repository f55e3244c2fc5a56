#include "wire/eio/server.h"

#include <chrono>
#include <utility>

#include "wire/base/json.h"
#include "wire/base/log.h"
#include "wire/base/log_scope.h"
#include "wire/base/random.h"
#include "wire/eio/ws_transport.h"
#include "wire/http/query.h"
#include "wire/ws/handshake.h"

namespace wire::eio {
namespace {

constexpr std::string_view loop_names = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::int64_t unix_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

bool is_websocket_upgrade(const http::Request& request) {
  return request.upgrade && request.header("upgrade").has_value();
}

// One header line for each, as raw text behind "HTTP/1.1 101 …".
void append_headers(std::string& out, const http::Headers& headers) {
  for (const auto& [name, value] : headers) out.append(name).append(": ").append(value).append("\r\n");
}

// A header that may come in several lines, joined.
std::string joined_header(const http::Request& request, std::string_view name) {
  std::string joined;
  request.for_each_header([&](std::string_view header, std::string_view value) {
    if (header != name) return;
    if (!joined.empty()) joined += ", ";
    joined += value;
  });
  return joined;
}

} // namespace

class Server::Live final : public SessionHost,
                           public ProbeListener,
                           private net::WheelTimer,
                           public std::enable_shared_from_this<Live> {
 public:
  Live(Server& server, std::string sid, HandshakeRequest request)
      : server_(server), request_(std::move(request)), session_(std::move(sid), server.options_, *this) {}

  Session& session() { return session_; }
  const HandshakeRequest& request() const { return request_; }
  PollingTransport* polling() { return polling_.get(); }

  PollingTransport& use_polling() {
    polling_ = std::make_unique<PollingTransport>(
        server_.loop_, session_, server_, server_.options_.payload_packets_max, server_.options_.http_compression);
    polling_->set_keep_alive(weak_from_this());
    return *polling_;
  }
  WsTransport& use_websocket(Accepted& accepted, bool base64) {
    websocket_ = std::make_unique<WsTransport>(std::move(accepted.connection), session_,
                                               server_.options_.websocket_options, base64, std::move(accepted.deflate));
    return *websocket_;
  }

  bool may_probe() const { return session_.may_probe() && !websocket_; }
  void begin_probe() {
    upgrade_deadline_ = server_.loop_.now() + server_.options_.upgrade_timeout;
    websocket_->start_probe(*this);
    server_.loop_.timers().arm(*this, server_.loop_.now() + limits::upgrade_noop_interval);
  }

  // ProbeListener
  void on_probe_upgraded() override {
    upgrade_deadline_ = TimePoint::max();
    auto queued = polling_->give_up();
    server_.loop_.post([retired = std::shared_ptr<PollingTransport>(std::move(polling_)), self = shared_from_this()] {
    }); // one of its calls may be on the stack
    session_.switch_to(*websocket_);
    for (const auto& packet : queued) {
      if (packet.shared.frame) {
        session_.resend(packet.shared);
      } else {
        session_.resend(packet.own, packet.binary);
      }
    }
    session_.on_upgraded(server_.loop_.now());
  }
  void on_probe_closed() override {
    session_.on_probe_failed();
    upgrade_deadline_ = TimePoint::max();
    server_.loop_.post([self = shared_from_this()] { // its call is on the stack
      if (self->session_.open() && self->session_.transport() == TransportName::polling) self->websocket_.reset();
    });
  }

  // SessionHost
  void wake_at(TimePoint when) override {
    wake_ = when;
    if (!armed() || when < armed_for_) arm(when);
  }
  void on_session_closed() override {
    cancel();
    if (websocket_) websocket_->close();
    server_.remove(*this);
  }

 private:
  void arm(TimePoint when) {
    armed_for_ = when;
    server_.loop_.timers().arm(*this, when);
  }

  // The wheel is told only of earlier deadlines; a later one is found when the earlier has come.
  void on_timer(TimePoint now) override {
    const auto keep = shared_from_this();
    if (upgrade_deadline_ != TimePoint::max()) {
      if (now >= upgrade_deadline_) {
        upgrade_deadline_ = TimePoint::max();
        websocket_->close();
        on_probe_closed();
      } else {
        if (session_.probing() && polling_) polling_->release_poll();
        if (!armed()) arm(now + limits::upgrade_noop_interval);
      }
    }
    if (now >= wake_) {
      session_.on_time(now);
    } else if (!armed()) {
      arm(wake_);
    }
  }

  Server& server_;
  const HandshakeRequest request_;
  Session session_;
  std::unique_ptr<PollingTransport> polling_;
  std::unique_ptr<WsTransport> websocket_;
  TimePoint wake_ = TimePoint::max();
  TimePoint armed_for_{};
  TimePoint upgrade_deadline_ = TimePoint::max(); // while a websocket probes
};

Server::Server(net::Loop& loop, ServerOptions options)
    : loop_(loop),
      options_([&] {
        options.websocket_options.message_bytes_max = options.max_http_buffer_size;
        if (options.path.ends_with('/')) options.path.pop_back();
        if (options.add_trailing_slash) options.path += '/';
        return std::move(options);
      }()),
      cookie_(options_.cookie ? std::optional<Cookie>(*options_.cookie) : std::nullopt) {}

Server::~Server() { *alive_ = false; }

void Server::attach(http::Server& http) { http.router().add(options_.path, *this); }

void Server::close(CloseReason reason) {
  std::vector<std::shared_ptr<Live>> all;
  for (const auto& [sid, live] : sessions_) all.push_back(live);
  const Farewell farewell = reason == CloseReason::server_shutting_down ? Farewell::restart : Farewell::none;
  for (const auto& live : all) live->session().discard(reason, farewell);
}

void Server::remove(Live& live) {
  const auto found = sessions_.find(live.session().sid());
  if (found == sessions_.end()) return;
  auto keep = std::move(found->second);
  sessions_.erase(found);
  loop_.post([keep = std::move(keep)] {}); // a call of its session or transport is still on the stack
}

// --- answers ---

void Server::respond(http::Exchange& exchange, http::Response response) {
  const http::Request& request = exchange.request();
  if (options_.cors) http::append_cors_headers(response.headers, *options_.cors, request.header("origin"));
  if (options_.headers) options_.headers(request, response.headers);
  if (const auto agent = request.header("user-agent");
      agent && (agent->find(";MSIE") != std::string_view::npos || agent->find("Trident/") != std::string_view::npos)) {
    response.headers.emplace_back("X-XSS-Protection", "0");
  }
  exchange.respond(std::move(response));
}

void Server::abort(http::Exchange& exchange) {
  deciding_.erase(&exchange);
  exchange.abort();
}

void Server::report(const http::Request& request, RequestError error, std::string_view text, std::string_view context) {
  const auto live = session_of(request);
  const LogScope scope(live ? live->request().connection_id() : 0);
  log(LogLevel::debug, "request refused", {{"why", text}, {"code", static_cast<int>(error)}});
  if (!on_connection_error_) return;
  const std::string derived = context.empty() ? connection_error_context(request, error, text) : std::string(context);
  on_connection_error_({request, error, text, derived, !remedy_for(request).empty()});
}

void Server::refuse(http::Exchange& exchange, RequestError error, std::string_view text, std::string_view context) {
  report(exchange.request(), error, text, context);
  const std::string remedy = error == RequestError::session_id_unknown ? remedy_for(exchange.request()) : "";
  if (is_websocket_upgrade(exchange.request())) {
    return refuse_upgrade(exchange, 400, std::string(text) + (remedy.empty() ? "" : ": ") + remedy);
  }
  std::string body;
  JsonObjectWriter writer(body);
  writer.member("code", static_cast<int>(error)).member("message", text);
  if (!remedy.empty()) writer.member("remedy", remedy);
  writer.end();
  respond(exchange,
          {error == RequestError::forbidden ? 403 : 400, {{"Content-Type", "application/json"}}, std::move(body)});
}

// What is wrong when the session is another node's; empty: it is not.
std::string Server::remedy_for(const http::Request& request) const {
  const auto sid = http::Query(request.query).find("sid");
  if (!sid || !is_sid(*sid) || options_.node.empty()) return {};
  const std::string_view node = node_of(*sid);
  if (node.empty() || node == options_.node) return {};
  return "The session is on the node " + std::string(node) + ", and this is " + options_.node +
         ". HTTP long-polling needs a load balancer that brings all requests of a session to one node; the transport "
         "websocket alone does not.";
}

void Server::refuse_for_now(http::Exchange& exchange, Duration wait) {
  constexpr RequestError error = RequestError::too_many_requests;
  const std::string seconds = std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count());
  report(exchange.request(), error, to_string(error));
  if (is_websocket_upgrade(exchange.request())) return refuse_upgrade(exchange, 429, to_string(error), seconds);
  std::string body;
  JsonObjectWriter(body).member("code", static_cast<int>(error)).member("message", to_string(error)).end();
  respond(exchange, {429, {{"Content-Type", "application/json"}, {"Retry-After", seconds}}, std::move(body)});
}

void Server::refuse_upgrade(http::Exchange& exchange, int status, std::string_view text, std::string_view retry_after) {
  const std::string_view name = status == 403 ? "Forbidden" : status == 429 ? "Too Many Requests" : "Bad Request";
  std::string raw = "HTTP/1.1 " + std::to_string(status) + " ";
  raw.append(name).append("\r\n");
  if (!retry_after.empty()) raw.append("Retry-After: ").append(retry_after).append("\r\n");
  raw += "Connection: close\r\nContent-type: text/html\r\nContent-Length: " + std::to_string(text.size()) + "\r\n\r\n";
  raw += text;
  exchange.respond_raw(std::move(raw));
}

bool Server::refuse_foreign_origin(http::Exchange& exchange) {
  if (!options_.refuse_origin) return false;
  const auto refusal = options_.refuse_origin(exchange.request().header("origin"));
  if (!refusal) return false;
  if (is_websocket_upgrade(exchange.request())) {
    report(exchange.request(), RequestError::forbidden, *refusal);
    refuse_upgrade(exchange, 403, *refusal);
  } else {
    refuse(exchange, RequestError::forbidden, *refusal);
  }
  return true;
}

// --- requests ---

Result<VerifiedRequest, RequestError> Server::verify_request(const http::Request& request) const {
  return verify({request.method, request.query, request.header("origin").value_or(std::string_view()),
                 is_websocket_upgrade(request)},
                options_.polling, options_.websocket);
}

Result<std::shared_ptr<Server::Live>, RequestError> Server::find(const VerifiedRequest& verified,
                                                                 const http::Request& request) {
  const auto found = sessions_.find(std::string_view(verified.sid));
  if (found == sessions_.end()) return RequestError::session_id_unknown;
  const auto live = found->second;
  live->session().on_time(loop_.now()); // its timer may be a tick late: what is over is over
  if (!sessions_.contains(live->session().sid())) return RequestError::session_id_unknown;
  // A plain request that names another transport than the session's: also how polls are answered after an upgrade.
  if (!is_websocket_upgrade(request) && live->session().transport() != verified.transport) {
    return RequestError::bad_request;
  }
  return live;
}

std::shared_ptr<Server::Live> Server::session_of(const http::Request& request) {
  const auto sid = http::Query(request.query).find("sid");
  if (!sid) return nullptr;
  const auto found = sessions_.find(std::string_view(*sid));
  return found == sessions_.end() ? nullptr : found->second;
}

http::Server* Server::home_of(std::string_view sid) {
  if (node_of(sid) != options_.node) return nullptr;
  const std::size_t home = sid.size() > sid_loop_at ? loop_names.find(sid[sid_loop_at]) : 0;
  return static_cast<int>(home) != loop_.index() && home < peers_.size() ? peers_[home] : nullptr;
}

void Server::on_head(http::Exchange& exchange) {
  const http::Request& request = exchange.request();
  if (!peers_.empty()) {
    const auto sid = http::Query(request.query).find("sid");
    if (sid && is_sid(*sid)) {
      if (http::Server* home = home_of(*sid)) return exchange.hand_over(*home);
    }
  }
  if (refuse_foreign_origin(exchange)) return;
  exchange.set_body_limit(options_.max_http_buffer_size);
  if (request.method != "POST" || is_websocket_upgrade(request)) return;
  const auto verified = verify_request(request);
  if (!verified || verified->sid.empty()) return; // refused when it is complete
  if (const auto live = find(*verified, request)) {
    if (PollingTransport* polling = (*live)->polling()) polling->on_post_head(exchange);
  }
}

void Server::on_request(http::Exchange& exchange) {
  const http::Request& request = exchange.request();
  if (options_.cors && request.method == "OPTIONS")
    return exchange.respond(http::preflight_response(*options_.cors, request));
  run_middlewares(exchange, 0);
}

AllowReply Server::decision_on(http::Exchange& exchange,
                               UniqueFunction<void(std::optional<std::string> refusal)> then) {
  const auto& waiting = deciding_[&exchange] = std::make_shared<bool>(true);
  return AllowReply([this, alive = alive_, &exchange, still = std::weak_ptr<bool>(waiting),
                     then = std::move(then)](std::optional<std::string> refusal) mutable {
    if (!*alive || still.expired()) return; // the client left meanwhile
    deciding_.erase(&exchange);
    then(std::move(refusal));
  });
}

void Server::run_middlewares(http::Exchange& exchange, std::size_t index) {
  if (index == middlewares_.size()) return serve(exchange);
  middlewares_[index](
      exchange.request(), decision_on(exchange, [this, &exchange, index](std::optional<std::string> refusal) {
        if (!refusal) return run_middlewares(exchange, index + 1);
        if (const auto live = session_of(exchange.request()); live && live->polling()) {
          live->polling()->on_post_refused(exchange);
        }
        log(LogLevel::debug, "a middleware refused a request", {{"why", *refusal}});
        refuse(exchange, RequestError::bad_request, to_string(RequestError::bad_request), "MIDDLEWARE_FAILURE");
      }));
}

void Server::serve(http::Exchange& exchange) {
  const http::Request& request = exchange.request();
  const auto verified = verify_request(request);
  if (!verified) return refuse(exchange, verified.error(), to_string(verified.error()));
  const bool websocket_that_polls = is_websocket_upgrade(request) && verified->transport == TransportName::polling;
  if (verified->sid.empty()) {
    return websocket_that_polls ? turn_away(exchange) : begin_handshake(exchange, *verified);
  }
  const auto live = find(*verified, request);
  if (!live) return refuse(exchange, live.error(), to_string(live.error()));
  if (websocket_that_polls) return turn_away(exchange);
  if (is_websocket_upgrade(request)) return upgrade_session(exchange, *live, verified->base64);
  PollingTransport* polling = (*live)->polling();
  if (!polling) return refuse(exchange, RequestError::bad_request, to_string(RequestError::bad_request));
  if (request.method == "GET") {
    polling->on_poll(exchange);
  } else if (request.method == "POST") {
    polling->on_post(exchange);
  } else {
    respond(exchange, {500, {}, {}});
  }
}

void Server::on_too_large(http::Exchange& exchange) {
  if (const auto live = session_of(exchange.request()); live && live->polling())
    live->polling()->on_post_refused(exchange);
  respond(exchange, {413, {}, {}});
}

void Server::on_abort(http::Exchange& exchange) {
  deciding_.erase(&exchange);
  if (const auto live = session_of(exchange.request()); live && live->polling()) live->polling()->on_abort(exchange);
}

// --- handshake ---

void Server::begin_handshake(http::Exchange& exchange, const VerifiedRequest& verified) {
  if (options_.throttle_handshake) {
    if (const auto wait = options_.throttle_handshake(exchange.request())) return refuse_for_now(exchange, *wait);
  }
  if (!options_.allow_request) return open_session(exchange, verified);
  options_.allow_request(exchange.request(),
                         decision_on(exchange, [this, &exchange, verified](std::optional<std::string> refusal) {
                           if (refusal) return refuse(exchange, RequestError::forbidden, *refusal);
                           open_session(exchange, verified);
                         }));
}

Server::Accepted Server::accept_websocket(http::Exchange& exchange, bool initial) {
  const http::Request& request = exchange.request();
  const std::string upgrade = joined_header(request, "upgrade"), connection = joined_header(request, "connection"),
                    key = joined_header(request, "sec-websocket-key"),
                    version = joined_header(request, "sec-websocket-version"),
                    protocol = joined_header(request, "sec-websocket-protocol"),
                    extensions = joined_header(request, "sec-websocket-extensions");
  const auto accept = ws::accept_handshake({request.method, upgrade, connection, key, version, protocol, extensions},
                                           options_.per_message_deflate ? &*options_.per_message_deflate : nullptr);
  if (!accept) {
    const ws::Refusal refusal = ws::refusal(accept.error());
    http::Response response{refusal.status, {{"Content-Type", "text/plain"}}, std::string(refusal.text), true};
    if (!refusal.sec_websocket_version.empty()) {
      response.headers.emplace_back("Sec-WebSocket-Version", std::string(refusal.sec_websocket_version));
    }
    respond(exchange, std::move(response));
    return {};
  }
  http::Headers headers{
      {"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Accept", accept->sec_websocket_accept}};
  if (!accept->sec_websocket_protocol.empty()) {
    headers.emplace_back("Sec-WebSocket-Protocol", std::string(accept->sec_websocket_protocol));
  }
  if (!accept->sec_websocket_extensions.empty()) {
    headers.emplace_back("Sec-WebSocket-Extensions", accept->sec_websocket_extensions);
  }
  if (options_.cors) http::append_cors_headers(headers, *options_.cors, request.header("origin"));
  if (initial && options_.initial_headers) options_.initial_headers(request, headers);
  if (options_.headers) options_.headers(request, headers);
  std::string raw = "HTTP/1.1 101 Switching Protocols\r\n";
  append_headers(raw, headers);
  raw += "\r\n";
  Accepted accepted;
  if (accept->deflate) accepted.deflate = std::make_unique<ws::Deflate>(*accept->deflate);
  accepted.connection = exchange.upgrade(std::move(raw), accepted.leftover);
  return accepted;
}

void Server::open_session(http::Exchange& exchange, const VerifiedRequest& verified) {
  std::string sid = random_id();
  if (loop_.index() > 0 || !options_.node.empty()) sid += loop_names[static_cast<std::size_t>(loop_.index())];
  sid += options_.node;
  const auto loops = static_cast<std::uint64_t>(loop_names.size());
  const std::uint64_t id = ++opened_ * loops + static_cast<std::uint64_t>(loop_.index());
  auto live = std::make_shared<Live>(*this, std::move(sid), HandshakeRequest(exchange.request(), unix_ms(), id));
  Session& session = live->session();
  const LogScope scope(id);
  log(LogLevel::debug, "connection opened",
      {{"address", exchange.request().peer.address},
       {"transport", verified.transport == TransportName::websocket ? "websocket" : "polling"},
       {"tls", exchange.request().peer.secure}});

  if (verified.transport == TransportName::websocket) {
    Accepted accepted = accept_websocket(exchange, true);
    if (!accepted.connection) return;
    sessions_.emplace(session.sid(), live);
    WsTransport& transport = live->use_websocket(accepted, verified.base64);
    session.start(transport, "[]", loop_.now());
    if (options_.initial_packet) session.send_text(*options_.initial_packet);
    if (on_connection_) on_connection_(session, live->request());
    transport.start();
    if (!accepted.leftover.empty()) transport.receive(accepted.leftover);
    return;
  }
  sessions_.emplace(session.sid(), live);
  PollingTransport& transport = live->use_polling();
  session.start(transport, options_.allow_upgrades && options_.websocket ? R"(["websocket"])" : "[]", loop_.now());
  if (options_.initial_packet) session.send_text(*options_.initial_packet);
  http::Headers headers;
  if (cookie_) headers.emplace_back("Set-Cookie", cookie_->set_cookie(session.sid()));
  if (options_.initial_headers) options_.initial_headers(exchange.request(), headers);
  transport.open(exchange, std::move(headers));
  if (on_connection_) on_connection_(session, live->request());
}

// A WebSocket that no session wants is accepted and closed at once: that is what clients know.
void Server::turn_away(http::Exchange& exchange) {
  const Accepted accepted = accept_websocket(exchange, false);
  if (!accepted.connection) return;
  accepted.connection->send(std::string_view("\x88\x00", 2));
  accepted.connection->close();
}

void Server::upgrade_session(http::Exchange& exchange, const std::shared_ptr<Live>& live, bool base64) {
  // The session goes on over the transport that it has.
  if (!live->may_probe() || !options_.allow_upgrades) return turn_away(exchange);
  Accepted accepted = accept_websocket(exchange, false);
  if (!accepted.connection) return;
  WsTransport& transport = live->use_websocket(accepted, base64);
  live->begin_probe();
  if (!accepted.leftover.empty()) transport.receive(accepted.leftover);
}

} // namespace wire::eio
