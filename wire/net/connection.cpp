#include "wire/net/connection.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "wire/base/log.h"
#include "wire/net/native.h"

namespace wire::net {
namespace {

constexpr int pieces_max = 64; // of one vectored write
constexpr std::size_t gathered_bytes_max =
    16 * 1024; // below this, copying pieces together is cheaper than a vectored write
constexpr int reads_per_event_max = 4;
constexpr std::size_t record_bytes_max = 16 * 1024;    // of TLS (RFC 8446 §5.1)
constexpr std::size_t encrypted_bytes_max = 64 * 1024; // waiting at a time; the rest waits in the queue, shared

} // namespace

std::shared_ptr<Connection> Connection::adopt(Loop& loop, int fd, Endpoint peer, ConnectionLimit::Place place) {
  Arrival arrival;
  arrival.socket = OwnedSocket(fd);
  arrival.peer = std::move(peer);
  arrival.place = std::move(place);
  return adopt(loop, std::move(arrival));
}

std::shared_ptr<Connection> Connection::adopt(Loop& loop, Arrival arrival) {
  const int fd = arrival.socket.take();
  int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  const int kept_by_kernel = static_cast<int>(loop.unsent_limits().bytes_in_kernel);
  ::setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kept_by_kernel, sizeof kept_by_kernel);
  auto socket = std::make_unique<Socket>(Socket{NativeSocket(loop.native().context)});
  boost::system::error_code error;
  socket->native.assign(asio::ip::tcp::v4(), fd, error); // the family is not looked at again
  if (!error) socket->native.native_non_blocking(true, error);
  auto connection = std::shared_ptr<Connection>(new Connection(loop, std::move(socket), std::move(arrival)));
  if (error) {
    if (!connection->socket_->native.is_open()) ::close(fd);
    connection->destroy_socket();
  } else if (connection->tls_ && !connection->tls_->established()) {
    loop.timers().arm(*connection, loop.now() + connection->tls_->handshake_timeout());
  }
  return connection;
}

Connection::Connection(Loop& loop, std::unique_ptr<Socket> socket, Arrival arrival)
    : loop_(loop),
      socket_(std::move(socket)),
      peer_(std::move(arrival.peer)),
      place_(std::move(arrival.place)),
      address_place_(std::move(arrival.address_place)),
      tls_(std::move(arrival.tls)),
      queue_(loop.write_pool()) {}

Connection::~Connection() = default;

void Connection::set_handler(ConnectionHandler& handler) {
  handler_ = &handler;
  if (open_ && !reading_ && !paused_) wait_readable();
  if (tls_ && !tls_->output().empty()) schedule_flush(); // we connected, and speak first
}

void Connection::schedule_flush() {
  if (flushing_) return;
  if (!writing_ && !turn_end_scheduled()) loop_.at_turn_end(std::shared_ptr<TurnEnd>(shared_from_this(), this));
  // A turn may queue more than the peer should ever be behind: what it can take at once is not its debt.
  if (queue_.bytes() > limits::early_flush_bytes && !writing_ && write_queued() == Written::blocked) wait_writable();
  if (queue_.bytes() > loop_.unsent_limits().bytes_hard) watch_pressure();
}

void Connection::watch_pressure() {
  if (!armed()) loop_.timers().arm(*this, loop_.now() + loop_.unsent_limits().hard_timeout);
}

void Connection::on_timer(TimePoint) {
  if (closing_) {
    destroy_socket(); // the peer never said its FIN, or never read the rest
  } else if (tls_ && !tls_->established()) {
    fail(CloseCause::tls);
  } else if (pressure() >= Pressure::hard) {
    fail(CloseCause::slow_consumer);
  }
}

Connection::Written Connection::write_queued() {
  if (tls_) return write_encrypted();
  while (!queue_.empty()) {
    iovec pieces[pieces_max];
    int count = queue_.gather(pieces, pieces_max);
    std::size_t total = 0;
    for (int i = 0; i < count; ++i) total += pieces[i].iov_len;

    char gathered[gathered_bytes_max];
    if (count > 1 && total <= sizeof gathered) {
      std::size_t at = 0;
      for (int i = 0; i < count; ++i) {
        std::memcpy(gathered + at, pieces[i].iov_base, pieces[i].iov_len);
        at += pieces[i].iov_len;
      }
      pieces[0] = {gathered, at};
      count = 1;
    }

    const int fd = socket_->native.native_handle();
    ssize_t written;
    if (count == 1) {
      written = ::send(fd, pieces[0].iov_base, pieces[0].iov_len, MSG_NOSIGNAL);
    } else {
      msghdr message{};
      message.msg_iov = pieces;
      message.msg_iovlen = static_cast<std::size_t>(count);
      written = ::sendmsg(fd, &message, MSG_NOSIGNAL);
    }
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN || errno == EWOULDBLOCK ? Written::blocked : Written::failed;
    }
    queue_.consume(static_cast<std::size_t>(written));
    on_written();
    if (static_cast<std::size_t>(written) < total) return Written::blocked;
  }
  return Written::all;
}

void Connection::on_written() {
  if (closing_) {
    loop_.timers().arm(*this, loop_.now() + loop_.unsent_limits().hard_timeout); // it reads: it may have the rest
  } else if (pressure() < Pressure::hard) {
    cancel();
  }
}

// The queue goes through TLS as the kernel takes it: what waits is shared by all who get it, what is encrypted is not.
Connection::Written Connection::write_encrypted() {
  for (;;) {
    encrypt_queued();
    const std::string_view output = tls_->output();
    if (output.empty()) return Written::all;
    const ssize_t written = ::send(socket_->native.native_handle(), output.data(), output.size(), MSG_NOSIGNAL);
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN || errno == EWOULDBLOCK ? Written::blocked : Written::failed;
    }
    const bool blocked = static_cast<std::size_t>(written) < output.size();
    tls_->consume_output(static_cast<std::size_t>(written));
    if (tls_->established()) on_written();
    if (blocked) return Written::blocked;
  }
}

void Connection::encrypt_queued() {
  if (!tls_->established()) return;
  while (!queue_.empty() && tls_->output().size() < encrypted_bytes_max) {
    iovec pieces[pieces_max];
    const int count = queue_.gather(pieces, pieces_max);
    char gathered[record_bytes_max];
    std::string_view record(static_cast<const char*>(pieces[0].iov_base), std::min(pieces[0].iov_len, sizeof gathered));
    if (count > 1 && record.size() < sizeof gathered) {
      std::size_t size = 0;
      for (int i = 0; i < count && size < sizeof gathered; ++i) {
        const std::size_t more = std::min(pieces[i].iov_len, sizeof gathered - size);
        std::memcpy(gathered + size, pieces[i].iov_base, more);
        size += more;
      }
      record = {gathered, size};
    }
    tls_->write(record);
    queue_.consume(record.size());
  }
}

void Connection::flush() {
  if (!socket_->native.is_open() || writing_) return;
  if (handler_) {
    flushing_ = true;
    handler_->on_flush();
    flushing_ = false;
    if (!socket_->native.is_open()) return;
  }
  switch (write_queued()) {
    case Written::blocked:
      return wait_writable();
    case Written::failed:
      return fail(CloseCause::error);
    case Written::all:
      break;
  }
  if (closing_) {
    if (tls_) {
      tls_->close();
      if (write_encrypted() == Written::blocked) return wait_writable();
    }
    boost::system::error_code ignored;
    socket_->native.shutdown(NativeSocket::shutdown_send, ignored);
    loop_.timers().arm(*this, loop_.now() + limits::ws_close_timeout);
    paused_ = false;
    if (!reading_) wait_readable(); // for the peer's FIN
    return;
  }
  if (handler_) handler_->on_drained();
}

void Connection::wait_writable() {
  writing_ = true;
  socket_->native.async_wait(NativeSocket::wait_write, [self = shared_from_this()](boost::system::error_code error) {
    self->loop_.begin_event();
    self->writing_ = false;
    if (!self->socket_->native.is_open()) return;
    if (error) return self->fail(CloseCause::error);
    self->flush();
  });
}

void Connection::wait_readable() {
  reading_ = true;
  socket_->native.async_wait(NativeSocket::wait_read, [self = shared_from_this()](boost::system::error_code error) {
    self->loop_.begin_event();
    self->reading_ = false;
    if (!self->socket_->native.is_open()) return;
    if (error) return self->fail(CloseCause::error);
    self->read();
  });
}

void Connection::read() {
  const std::span<char> buffer = loop_.read_buffer();
  for (int reads = 0; reads < reads_per_event_max && !paused_; ++reads) {
    const ssize_t received = ::recv(socket_->native.native_handle(), buffer.data(), buffer.size(), 0);
    if (received < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) break;
      return fail(CloseCause::error);
    }
    if (received == 0) return on_peer_finished();
    if (tls_) {
      if (!read_encrypted({buffer.data(), static_cast<std::size_t>(received)})) return;
    } else if (handler_ && !closing_) {
      handler_->on_bytes(buffer.first(static_cast<std::size_t>(received)));
    }
    if (!socket_->native.is_open()) return;
    if (static_cast<std::size_t>(received) < buffer.size()) break;
  }
  if (!paused_ && !reading_) wait_readable();
}

bool Connection::read_encrypted(std::string_view bytes) {
  if (closing_) return true; // nobody listens any more
  bool shaking_hands = !tls_->established();
  const std::span<char> buffer = loop_.decrypted_buffer();
  tls_->receive(bytes);
  for (;;) {
    const std::size_t decrypted = tls_->read(buffer);
    if (shaking_hands && tls_->established()) {
      shaking_hands = false;
      cancel(); // the time for it
      schedule_flush();
    }
    if (decrypted == 0) break;
    if (handler_ && !closing_) handler_->on_bytes(buffer.first(decrypted));
    if (!socket_->native.is_open()) return false;
  }
  if (tls_->failed() && !closing_) {
    log(LogLevel::debug, "TLS failed", {{"peer", peer_.address}, {"why", tls_->failure()}});
    write_encrypted(); // the alert, if there is room for it
    fail(CloseCause::tls);
    return false;
  }
  if (tls_->ended() && !closing_) {
    on_peer_finished();
    return false;
  }
  if (tls_->output().size() > limits::tls_output_bytes_max) { // it asks for new keys and does not read them
    fail(CloseCause::tls);
    return false;
  }
  if (!tls_->output().empty()) schedule_flush();
  return true;
}

void Connection::pause_reading() { paused_ = true; }

void Connection::resume_reading() {
  if (!paused_) return;
  paused_ = false;
  if (socket_->native.is_open() && !reading_) wait_readable();
}

bool Connection::peer_ended() const {
  if (!socket_->native.is_open()) return true;
  pollfd asked{socket_->native.native_handle(), POLLRDHUP, 0};
  return ::poll(&asked, 1, 0) > 0;
}

void Connection::close() {
  if (!open_) return;
  if (tls_ && !tls_->established()) return abort(); // nothing could be said to the peer yet
  open_ = false;
  closing_ = true;
  handler_ = nullptr;
  loop_.timers().arm(
      *this, loop_.now() + (unsent_bytes() == 0 ? limits::ws_close_timeout : loop_.unsent_limits().hard_timeout));
  if (!writing_) loop_.at_turn_end(std::shared_ptr<TurnEnd>(shared_from_this(), this));
}

void Connection::abort() {
  if (!socket_->native.is_open()) return;
  handler_ = nullptr;
  destroy_socket();
}

// A peer that asked and then finished sending (`nc -N`) still waits for what was written before its FIN was read.
void Connection::on_peer_finished() {
  if (tls_ && !tls_->established()) return fail(CloseCause::tls);
  if (unsent_bytes() == 0) return fail(CloseCause::peer_closed);
  ConnectionHandler* handler = handler_;
  close();
  if (handler) handler->on_closed(CloseCause::peer_closed);
}

void Connection::fail(CloseCause cause) {
  const auto keep = shared_from_this();
  ConnectionHandler* handler = std::exchange(handler_, nullptr);
  destroy_socket();
  if (handler) handler->on_closed(cause);
}

void Connection::destroy_socket() {
  const auto keep = weak_from_this().lock();
  open_ = false;
  closing_ = false;
  cancel();
  boost::system::error_code ignored;
  socket_->native.close(ignored);
  place_ = {};
  address_place_ = {};
  queue_.clear();
}

Arrival Connection::release() {
  check(unsent_bytes() == 0, "a connection with unsent bytes cannot be given away");
  Arrival arrival;
  boost::system::error_code error;
  const int fd = socket_->native.release(error);
  if (!error) arrival.socket = OwnedSocket(fd);
  arrival.peer = peer_;
  arrival.place = std::move(place_);
  arrival.address_place = std::move(address_place_);
  if (tls_) { // what came already is not on the socket any more
    char decrypted[record_bytes_max];
    while (const std::size_t size = tls_->read(decrypted)) arrival.already_read.append(decrypted, size);
    arrival.tls = std::move(tls_);
  }
  handler_ = nullptr;
  destroy_socket();
  return arrival;
}

} // namespace wire::net
