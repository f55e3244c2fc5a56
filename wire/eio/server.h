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
#include "wire/eio/handshake_request.h"
#include "wire/eio/polling_transport.h"
#include "wire/eio/session.h"
#include "wire/eio/verify.h"
#include "wire/http/cors.h"
#include "wire/http/server.h"
#include "wire/ws/session.h"

namespace wire::eio {

// Answers allow_request: nothing to allow, else the text of the refusal. Call it once, now or later, on the loop;
// dropped without a call, it refuses.
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
  // May add headers to the answer that opens a session, and to every answer.
  std::function<void(const http::Request&, http::Headers&)> initial_headers;
  std::function<void(const http::Request&, http::Headers&)> headers;
  std::size_t payload_packets_max = limits::payload_packets_max;
  ws::SessionOptions websocket_options;
};

// The Engine.IO server of one loop: opens sessions, brings their requests to them, lets them go.
class Server final : private http::Handler, public Responder {
 public:
  Server(net::Loop& loop, ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void attach(http::Server& http);
  // The servers of the other loops by their index, so that a request for one of their sessions finds it.
  void set_peers(std::vector<http::Server*> by_loop_index) { peers_ = std::move(by_loop_index); }

  // Set a handler on the session in this call. The request lives as long as the session.
  void on_connection(UniqueFunction<void(Session&, const HandshakeRequest&)> handler) {
    on_connection_ = std::move(handler);
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
  void refuse(http::Exchange& exchange, RequestError error, std::string_view text);
  void refuse_upgrade(http::Exchange& exchange, int status, std::string_view text);
  bool refuse_foreign_origin(http::Exchange& exchange);
  Result<VerifiedRequest, RequestError> verify_request(const http::Request& request) const;
  Result<std::shared_ptr<Live>, RequestError> find(const VerifiedRequest& verified, const http::Request& request);
  std::shared_ptr<Live> session_of(const http::Request& request); // whatever its state; null when there is none
  http::Server* home_of(std::string_view sid);
  void begin_handshake(http::Exchange& exchange, const VerifiedRequest& verified);
  void open_session(http::Exchange& exchange, const VerifiedRequest& verified);
  std::shared_ptr<net::Connection> accept_websocket(http::Exchange& exchange, bool initial, std::string& leftover);
  void upgrade_session(http::Exchange& exchange, const std::shared_ptr<Live>& live, bool base64);
  void remove(Live& live);

  // constant after construction
  net::Loop& loop_;
  const ServerOptions options_;
  std::vector<http::Server*> peers_;

  // owned by the loop
  UniqueFunction<void(Session&, const HandshakeRequest&)> on_connection_;
  std::unordered_map<std::string_view, std::shared_ptr<Live>, SeededHash> sessions_; // keys belong to the sessions
  std::unordered_map<const http::Exchange*, std::shared_ptr<bool>> deciding_; // handshakes that wait for allow_request
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace wire::eio
