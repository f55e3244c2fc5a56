#include "wire/net/proxy_gate.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "wire/base/limits.h"
#include "wire/net/native.h"

namespace wire::net {

struct ProxyGate::Impl : std::enable_shared_from_this<Impl> {
  Impl(Loop& l, OnDone callback)
      : loop(l),
        socket(l.native().context),
        deadline(l, [this] { finish(ProxyError::too_slow); }),
        on_done(std::move(callback)) {}

  void wait() {
    socket.async_wait(NativeSocket::wait_read, [self = shared_from_this()](boost::system::error_code error) {
      self->loop.begin_event();
      if (!self->on_done) return;
      error ? self->finish(ProxyError::too_slow) : self->read();
    });
  }

  // Looks at what is there, then takes what belongs to the header: the rest is for who gets the socket.
  void read() {
    for (;;) {
      char ahead[limits::proxy_header_bytes_max];
      const ssize_t seen = ::recv(socket.native_handle(), ahead, sizeof ahead - header.size(), MSG_PEEK);
      if (seen < 0 && errno == EINTR) continue;
      if (seen < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return wait();
      if (seen <= 0) return finish(ProxyError::too_slow);
      const std::size_t before = header.size();
      header.append(ahead, static_cast<std::size_t>(seen));
      const auto parsed = parse_proxy_header(header);
      if (!parsed) return finish(parsed.error());
      const std::size_t taken = *parsed ? (*parsed)->size - before : header.size() - before;
      if (::recv(socket.native_handle(), ahead, taken, 0) != static_cast<ssize_t>(taken)) {
        return finish(ProxyError::too_slow);
      }
      if (*parsed) return pass((*parsed)->source);
    }
  }

  void pass(std::optional<Endpoint> source) {
    boost::system::error_code error;
    OwnedSocket released(socket.release(error));
    if (error) return finish(ProxyError::too_slow);
    deadline.cancel();
    auto callback = std::exchange(on_done, nullptr);
    callback(Passed{std::move(released), std::move(source)});
  }
  void finish(ProxyError why) {
    const auto keep = shared_from_this();
    auto callback = std::exchange(on_done, nullptr);
    stop();
    callback(why);
  }
  void stop() {
    on_done = nullptr;
    deadline.cancel();
    boost::system::error_code ignored;
    socket.close(ignored);
  }

  Loop& loop;
  NativeSocket socket;
  Timer deadline;
  OnDone on_done;
  std::string header; // what came of it
};

std::shared_ptr<ProxyGate> ProxyGate::open(Loop& loop, OwnedSocket socket, OnDone on_done) {
  auto impl = std::make_shared<Impl>(loop, std::move(on_done));
  boost::system::error_code error;
  impl->socket.assign(asio::ip::tcp::v4(), socket.get(), error); // the family is not looked at again
  if (!error) {
    socket.take();
    impl->socket.native_non_blocking(true, error);
  }
  impl->deadline.arm(error ? Duration::zero() : limits::proxy_header_timeout);
  if (!error) impl->wait();
  return std::shared_ptr<ProxyGate>(new ProxyGate(std::move(impl)));
}

void ProxyGate::close() { impl_->stop(); }

} // namespace wire::net
