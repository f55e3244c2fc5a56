#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/eio/session.h"
#include "wire/eio/transport.h"
#include "wire/http/server.h"
#include "wire/net/loop.h"

namespace wire::eio {

// Answers requests of one path: adds what every answer of the server carries (CORS, hooks).
class Responder {
 public:
  virtual void respond(http::Exchange& exchange, http::Response response) = 0;
  virtual void abort(http::Exchange& exchange) { exchange.abort(); } // drops its connection

 protected:
  ~Responder() = default;
};

// Compressed answers to polls, for clients that accept gzip or deflate.
struct HttpCompressionOptions {
  std::size_t threshold = 1024; // bytes of the whole answer
};

// A session's packets as the bodies of polls: GET brings what is queued, or hangs until there is something; POST
// carries what the client sends.
class PollingTransport final : public Transport, public net::TurnEnd {
 public:
  PollingTransport(net::Loop& loop, Session& session, Responder& responder, std::size_t payload_packets_max,
                   std::optional<HttpCompressionOptions> http_compression = std::nullopt);
  ~PollingTransport();

  // `self` keeps the session's server entry alive while a flush is due.
  void set_keep_alive(std::weak_ptr<void> self) { self_ = std::move(self); }

  // The handshake's own request brings the open packet.
  void open(http::Exchange& exchange, http::Headers initial_headers);
  void on_poll(http::Exchange& exchange);
  void on_post_head(http::Exchange& exchange); // the body is still to come
  void on_post(http::Exchange& exchange);
  void on_abort(http::Exchange& exchange);        // the client left before it was answered
  void on_post_refused(http::Exchange& exchange); // its body was too large; the session lives

  // While a websocket probes, a hanging poll is let go so that the client can pause.
  void release_poll();
  // The websocket took over: what was not polled goes there.
  struct Queued {
    SharedPacket shared; // when frame is set
    std::string own;     // else "4…", or bytes of a binary message
    bool binary = false;
  };
  std::vector<Queued> give_up();

  TransportName name() const override { return TransportName::polling; }
  bool writable() const override { return poll_ != nullptr && queue_.empty(); }
  Pressure pressure() const override;
  void send(PacketType type, std::string_view data) override;
  void send_binary(std::string_view bytes) override;
  void send(const SharedPacket& packet) override;
  bool close() override;
  void abort() override;

 private:
  void on_turn_end() override { flush(); }
  void queue(Queued packet, std::size_t bytes);
  void flush();
  struct Payload {
    std::string bytes;
    bool compress = false; // at least one of its packets may be compressed
  };
  Payload take_payload();
  void answer_poll(Payload payload);
  void answer_poll(std::string_view packet) { answer_poll(Payload{std::string(packet)}); }
  http::Response payload_response(const http::Request& request, Payload payload) const;
  void answer_bare(http::Exchange& exchange, int status);

  // constant after construction
  net::Loop& loop_;
  Session& session_;
  Responder& responder_;
  const std::size_t payload_packets_max_;
  const std::optional<HttpCompressionOptions> http_compression_;
  std::weak_ptr<void> self_;

  http::Exchange* poll_ = nullptr; // hangs
  http::Exchange* post_ = nullptr; // its body is on the way
  std::vector<Queued> queue_;
  std::size_t queued_bytes_ = 0;
  bool closing_ = false; // the next poll is told
  bool closed_ = false;
};

} // namespace wire::eio
