#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "wire/base/limits.h"
#include "wire/base/pressure.h"
#include "wire/net/address_limit.h"
#include "wire/net/connection_limit.h"
#include "wire/net/endpoint.h"
#include "wire/net/loop.h"
#include "wire/net/owned_socket.h"
#include "wire/net/tls.h"
#include "wire/net/write_queue.h"

namespace wire::net {

enum class CloseCause {
  peer_closed,   // an orderly end of what the peer sends
  error,         // reset, timed out, unreachable
  slow_consumer, // the peer did not read: UnsentLimits::bytes_hard was passed for hard_timeout
  tls,           // the handshake failed or took too long, or what came afterwards was forged
};

// A connected, non-blocking socket on its way to the loop that serves it, with all that belongs to it.
struct Arrival {
  OwnedSocket socket{};
  Endpoint peer{};
  ConnectionLimit::Place place{}; // held for as long as the socket is open, and likewise
  AddressLimit::Place address_place{};
  std::unique_ptr<TlsSession> tls{}; // none: what goes over the socket is not encrypted
  std::string already_read{};        // decrypted
};

// Hears of one connection. Each may close the connection, replace the handler, or destroy itself.
class ConnectionHandler {
 public:
  virtual void on_bytes(std::span<char> bytes) = 0; // in the loop's read buffer: may be changed, is gone after the call
  virtual void on_flush() {}                        // before a write: what is sent now is the last of it
  virtual void on_drained() {}                      // everything queued was handed to the kernel
  virtual void on_closed(CloseCause cause) = 0;     // by the other side; the last call

 protected:
  ~ConnectionHandler() = default;
};

// One TCP connection on a loop. Writes are gathered and go out at the end of the loop's turn. The kernel socket lives
// until close() has flushed, abort(), or the peer's end, whoever still holds the shared_ptr. With TLS it is the same: a
// handler hears the first of it when the handshake is done, and of a handshake that fails that it is closed.
class Connection final : public std::enable_shared_from_this<Connection>, private TurnEnd, private WheelTimer {
 public:
  // Takes over a connected, non-blocking socket. Reading begins with set_handler().
  // `place` is held for as long as the socket is open.
  static std::shared_ptr<Connection> adopt(Loop& loop, int fd, Endpoint peer, ConnectionLimit::Place place = {});
  static std::shared_ptr<Connection> adopt(Loop& loop, Arrival arrival); // but for its already_read
  ~Connection();

  void set_handler(ConnectionHandler& handler);

  void send(std::string_view bytes) {
    if (!open_) return;
    queue_.append(bytes);
    schedule_flush();
  }
  void send(SharedBytes bytes) {
    if (!open_) return;
    queue_.append(std::move(bytes));
    schedule_flush();
  }
  template <class F> // encode(std::string& out) appends
  void send_with(F&& encode) {
    if (!open_) return;
    queue_.append_with(std::forward<F>(encode));
    schedule_flush();
  }

  // Writes what is queued for as long as the peer reads on, says FIN, and waits ws_close_timeout for the peer's. The
  // handler hears nothing any more.
  void close();
  void abort(); // at once; unsent bytes are lost
  bool open() const { return open_; }
  // The peer said FIN or reset the connection; asks the kernel. Only needed while reading is paused.
  bool peer_ended() const;

  void pause_reading(); // the kernel's buffer fills and slows the peer down
  void resume_reading();

  void request_flush() { schedule_flush(); } // the handler's on_flush() comes at the end of the turn

  std::size_t unsent_bytes() const { return queue_.bytes() + (tls_ ? tls_->output().size() : 0); }
  Pressure pressure() const { return pressure_of(queue_.bytes(), loop_.unsent_limits()); }
  const Endpoint& peer() const { return peer_; }
  bool secure() const { return tls_ != nullptr; }
  std::string tls_failure() const {
    return tls_ ? tls_->failure() : "";
  } // why it closed with CloseCause::tls, if known
  Loop& loop() { return loop_; }

  // Gives the socket away, e.g. to another loop; this object is closed afterwards. Only while nothing is unsent.
  Arrival release();
  // Held from now on instead of the one before.
  void hold(AddressLimit::Place place) { address_place_ = std::move(place); }
  const AddressLimit::Place& address_place() const { return address_place_; }

  struct Socket; // net/native.h

 private:
  Connection(Loop& loop, std::unique_ptr<Socket> socket, Arrival arrival);
  void schedule_flush();
  void on_turn_end() override { flush(); }
  void on_timer(TimePoint now) override;
  enum class Written { all, blocked, failed };
  Written write_queued(); // as much as the kernel takes
  Written write_encrypted();
  void encrypt_queued();
  void on_written(); // some bytes of it
  void flush();
  void wait_readable();
  void wait_writable();
  void read();
  bool read_encrypted(std::string_view bytes); // false: the socket is gone, or the peer has ended
  void on_peer_finished();
  void fail(CloseCause cause); // tells the handler
  void destroy_socket();
  void watch_pressure();

  Loop& loop_;
  const std::unique_ptr<Socket> socket_;
  const Endpoint peer_;
  ConnectionLimit::Place place_;
  AddressLimit::Place address_place_;
  std::unique_ptr<TlsSession> tls_; // none: plain
  WriteQueue queue_;
  ConnectionHandler* handler_ = nullptr;
  bool open_ = true;      // accepts sends
  bool flushing_ = false; // the handler has its last word
  bool closing_ = false;  // flushing, then waiting for the peer's FIN; the pending wait holds this object
  bool reading_ = false;  // a wait for readability is pending
  bool writing_ = false;  // a wait for writability is pending
  bool paused_ = false;
};

} // namespace wire::net
