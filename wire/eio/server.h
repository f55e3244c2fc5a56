#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "wire/base/hash.h"
#include "wire/base/unique_function.h"
#include "wire/eio/connection_error.h"
#include "wire/eio/cookie.h"
#include "wire/eio/handshake_request.h"
#include "wire/eio/polling_transport.h"
#include "wire/eio/session.h"
#include "wire/eio/verify.h"
#include "wire/http/cors.h"
#include "wire/http/server.h"
#include "wire/ws/deflate_negotiation.h"
#include "wire/ws/session.h"

namespace wire::eio {

// Answers allow_request, or ends a middleware: nothing to allow, else the text of the refusal. Call it once, now or
// later, on the loop; dropped without a call, it refuses.
class AllowReply {
 public:
  explicit AllowReply(UniqueFunction<void(std::optional<std::string> refusal)> reply) : reply_(std::move(reply)) {}
  AllowReply(AllowReply&&) noexcept = default;
  AllowReply& operator=(AllowReply&&) = delete;
  ~AllowReply() {
    if (reply_) refuse("Forbidden");
  }
  void allow() { finish(std::nullopt); }
  void refuse(std::string text) { finish(std::move(text)); }

 private:
  void finish(std::optional<std::string> refusal) {
    if (auto reply = std::exchange(reply_, nullptr)) reply(std::move(refusal));
  }
  UniqueFunction<void(std::optional<std::string>)> reply_;
};

// Engine.IO's options, under its names.
struct ServerOptions : SessionOptions {
  std::string path = "/engine.io";
  bool add_trailing_slash = true;
  bool polling = true; // `transports`
  bool websocket = true;
  bool allow_upgrades = true;
  std::optional<http::CorsOptions> cors; // none: no headers, OPTIONS is refused
  // Handshakes alone; later requests of the session are not asked about again.
  std::function<void(const http::Request&, AllowReply)> allow_request;
  // Every request, upgrades too: CORS does not hold for WebSockets (threats O1, E20). Without it any origin may come. A
  // refusal is 403 with the returned text.
  std::function<std::optional<std::string>(std::optional<std::string_view> origin)> refuse_origin;
  // Handshakes alone, before allow_request: how long to wait for one, which is answered with 429; none: it begins.
  std::function<std::optional<Duration>(const http::Request&)> throttle_handshake;
  // May add headers to the answer that opens a session, and to every answer.
  std::function<void(const http::Request&, http::Headers&)> initial_headers;
  std::function<void(const http::Request&, http::Headers&)> headers;
  // Only in the answer that opens a session over polling.
  std::optional<CookieOptions> cookie;
  // A message that each session is sent first; over polling it comes with the answer that opens it.
  std::optional<std::string> initial_packet;
  std::size_t payload_packets_max = limits::payload_packets_max;
  // Compression of polls that are long enough, when the client accepts it; none: never.
  std::optional<HttpCompressionOptions> http_compression = HttpCompressionOptions();
  // Compression over WebSocket, when the client offers it. It costs time for every recipient, and memory when context
  // takeover is switched on.
  std::optional<ws::DeflateOptions> per_message_deflate;
  ws::SessionOptions websocket_options;
  // Where several nodes serve a site: this one's name, which its sids carry (is_node_name()). A request for a session
  // of another node is told so, and what the remedy is. Empty: there is no other.
  std::string node;
};

// The Engine.IO server of one loop: opens sessions, brings their requests to them, lets them go.
class Server final : private http::Handler, public Responder {
 public:
  Server(net::Loop& loop, ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void attach(http::Server& http);

  // Every request passes these one after the other, upgrades and polls too, before it is looked at (preflights of CORS
  // are answered before). What one of them refuses is error 3; its text is not told. Call it before requests come.
  using Middleware = std::function<void(const http::Request&, AllowReply)>;
  void use(Middleware middleware) { middlewares_.push_back(std::move(middleware)); }
  // The servers of the other loops by their index, so that a request for one of their sessions finds it.
  void set_peers(std::vector<http::Server*> by_loop_index) { peers_ = std::move(by_loop_index); }

  // Set a handler on the session in this call. The request lives as long as the session.
  void on_connection(UniqueFunction<void(Session&, const HandshakeRequest&)> handler) {
    on_connection_ = std::move(handler);
  }

  // Hears of every request that is refused with a code, for logs and metrics.
  void on_connection_error(UniqueFunction<void(const ConnectionError&)> handler) {
    on_connection_error_ = std::move(handler);
  }

  std::size_t session_count() const { return sessions_.size(); }
  void close(CloseReason reason); // every session, at once

 private:
  class Live; // a session with its transports and its timer

  // of http
  void on_head(http::Exchange& exchange) override;
  void on_request(http::Exchange& exchange) override;
  void on_too_large(http::Exchange& exchange) override;
  void on_abort(http::Exchange& exchange) override;

  void respond(http::Exchange& exchange, http::Response response) override;
  void abort(http::Exchange& exchange) override;
  void refuse(http::Exchange& exchange, RequestError error, std::string_view text, std::string_view context = {});
  void report(const http::Request& request, RequestError error, std::string_view text, std::string_view context = {});
  std::string remedy_for(const http::Request& request) const;
  void refuse_upgrade(http::Exchange& exchange, int status, std::string_view text, std::string_view retry_after = {});
  void refuse_for_now(http::Exchange& exchange, Duration wait);
  bool refuse_foreign_origin(http::Exchange& exchange);
  Result<VerifiedRequest, RequestError> verify_request(const http::Request& request) const;
  Result<std::shared_ptr<Live>, RequestError> find(const VerifiedRequest& verified, const http::Request& request);
  std::shared_ptr<Live> session_of(const http::Request& request); // whatever its state; null when there is none
  http::Server* home_of(std::string_view sid);
  AllowReply decision_on(http::Exchange& exchange, UniqueFunction<void(std::optional<std::string> refusal)> then);
  void run_middlewares(http::Exchange& exchange, std::size_t index);
  void serve(http::Exchange& exchange);
  void begin_handshake(http::Exchange& exchange, const VerifiedRequest& verified);
  void open_session(http::Exchange& exchange, const VerifiedRequest& verified);
  struct Accepted {                              // a connection that has become a WebSocket
    std::shared_ptr<net::Connection> connection; // null: it was refused, and that was answered
    std::unique_ptr<ws::Deflate> deflate;        // null: without compression
    std::string leftover;                        // what came behind the request
  };
  Accepted accept_websocket(http::Exchange& exchange, bool initial);
  void turn_away(http::Exchange& exchange);
  void upgrade_session(http::Exchange& exchange, const std::shared_ptr<Live>& live, bool base64);
  void remove(Live& live);

  // constant after construction
  net::Loop& loop_;
  const ServerOptions options_;
  const std::optional<Cookie> cookie_;
  std::vector<http::Server*> peers_;
  std::vector<Middleware> middlewares_;

  // owned by the loop
  UniqueFunction<void(Session&, const HandshakeRequest&)> on_connection_;
  UniqueFunction<void(const ConnectionError&)> on_connection_error_;
  std::unordered_map<std::string_view, std::shared_ptr<Live>, SeededHash> sessions_; // keys belong to the sessions
  std::uint64_t opened_ = 0;                                                         // sessions, ever
  std::unordered_map<const http::Exchange*, std::shared_ptr<bool>> deciding_; // requests that wait for an AllowReply
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace wire::eio
