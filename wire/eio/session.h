#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "wire/base/limits.h"
#include "wire/base/time.h"
#include "wire/eio/packet.h"
#include "wire/eio/transport.h"

namespace wire::eio {

class Session;

// What a session's user hears.
class SessionHandler {
 public:
  virtual void on_message(Session& session, std::string_view data, bool binary) = 0; // data is gone after the call
  virtual void on_close(Session& session, CloseReason reason) = 0;                   // the last call
  virtual void on_upgrade(Session&) {}
  virtual void on_drained(Session&) {} // nothing is queued any more
  // The peer has received all that was sent before request_receipt() answered `receipt`, or a lower number.
  virtual void on_receipt(Session&, std::uint64_t /*receipt*/) {}

 protected:
  ~SessionHandler() = default;
};

// What a session asks of the server that holds it.
class SessionHost {
 public:
  virtual void wake_at(TimePoint when) = 0; // call on_time() then; replaces the last wish
  virtual void on_session_closed() = 0;     // the session may be destroyed once the current call has returned

 protected:
  ~SessionHost() = default;
};

struct SessionOptions {
  Duration ping_interval = limits::ping_interval;
  Duration ping_timeout = limits::ping_timeout;
  Duration upgrade_timeout = limits::upgrade_timeout;
  Duration close_timeout = limits::close_timeout;
  std::size_t max_http_buffer_size = limits::max_http_buffer_size;
};

// One Engine.IO connection over whichever transport carries it: heartbeat, upgrade, close. A state machine: time comes
// in as an argument, packets go out through the transport.
class Session final {
 public:
  Session(std::string sid, const SessionOptions& options, SessionHost& host)
      : sid_(std::move(sid)), options_(options), host_(host) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // --- for the user ---
  const std::string& sid() const { return sid_; } // a bearer secret: never shown to others, never logged whole
  void set_handler(SessionHandler& handler) { handler_ = &handler; }
  bool open() const { return state_ == State::open; }
  TransportName transport() const { return transport_->name(); }
  bool writable() const { return open() && transport_->writable(); }
  Pressure pressure() const { return open() ? transport_->pressure() : Pressure::none; }

  void send_text(std::string_view message);
  void send_binary(std::string_view message);
  void send(const SharedPacket& packet) {
    if (open()) transport_->send(packet);
  }
  // Asks for proof that the peer receives what was sent so far; the number comes back in on_receipt(). Over WebSocket a
  // ping goes out behind everything that leaves in this turn, and its pong is the proof; it is a heartbeat as well, and
  // there is never more than one ping on its way. Over polling the next poll is the proof.
  std::uint64_t request_receipt();
  void close(CloseReason reason, TimePoint now); // after what is queued
  void expel(TimePoint now);                     // likewise, and the peer is told that it is to blame
  void discard(CloseReason reason, Farewell farewell = Farewell::none); // without it

  // --- for the server and the transports ---
  // Sends the open packet. `upgrades` is JSON, e.g. ["websocket"].
  void start(Transport& transport, std::string_view upgrades, TimePoint now);
  void on_packet(const Packet& packet, TimePoint now);
  void on_decode_error() { end(CloseReason::parse_error); }
  void on_transport_closed(CloseReason reason) { end(reason); }
  void on_drained() {
    if (open() && handler_) handler_->on_drained(*this);
  }
  void on_flush();    // before a write over websocket
  void on_polled();   // what was queued has gone into a poll
  void on_poll();     // the next poll has come: the client has the last one
  void on_flushed() { // the transport's close() could complete
    if (state_ == State::closing) end(closing_reason_);
  }
  void on_time(TimePoint now);

  // The upgrade: a second transport probes while the first one still carries the session.
  bool may_probe() const { return open() && upgrade_ == Upgrade::none && transport() == TransportName::polling; }
  void on_probe() { upgrade_ = Upgrade::probing; } // 2probe came and was answered
  void on_probe_failed();                          // the probing transport is gone; polling goes on
  bool probing() const { return upgrade_ == Upgrade::probing; }
  void switch_to(Transport& transport); // the one that probed
  // What the former transport did not get out any more; before anything new.
  void resend(const SharedPacket& packet) { transport_->send(packet); }
  void resend(std::string_view packet, bool binary);
  void on_upgraded(TimePoint now); // all of that was sent again

 private:
  enum class State { opening, open, closing, closed };
  enum class Upgrade { none, probing, done };

  void end(CloseReason reason);
  void on_pong(TimePoint now);
  void prove_receipt();
  void arm(TimePoint now, Duration delay);

  // constant after construction
  const std::string sid_;
  const SessionOptions& options_;
  SessionHost& host_;

  SessionHandler* handler_ = nullptr;
  Transport* transport_ = nullptr;
  TimePoint deadline_{}; // of the ping to send, the pong to come, or the close to complete
  State state_ = State::opening;
  Upgrade upgrade_ = Upgrade::none;
  CloseReason closing_reason_ = CloseReason::forced_close;
  bool awaiting_pong_ = false; // a ping is on its way
  bool pong_due_ = false;      // by deadline_; else it was sent for a receipt, before the next heartbeat
  bool pong_extended_ = false; // other packets prove life once for each ping
  bool receipt_wanted_ = false;
  bool receipt_by_ping_ = false;    // the one asked for; else by the next poll
  std::uint64_t next_receipt_ = 1;  // to be asked for
  std::uint64_t asked_receipt_ = 0; // on its way; 0: none
};

} // namespace wire::eio
