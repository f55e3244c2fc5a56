#include "wire/net/listener.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "wire/base/log.h"
#include "wire/net/native.h"

namespace wire::net {
namespace {

constexpr int backlog = 4096;
constexpr int accepts_per_event_max = 64;
constexpr Duration pause_without_descriptors = milliseconds(100);

Endpoint to_endpoint(const asio::ip::tcp::endpoint& from) {
  asio::ip::address address = from.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  return {address.to_string(), from.port()};
}

} // namespace

struct Listener::Impl : std::enable_shared_from_this<Impl> {
  Impl(Loop& l, OnAccept callback)
      : loop(l), acceptor(l.native().context), on_accept(std::move(callback)), retry(l, [this] { wait(); }) {}

  void wait() {
    if (!acceptor.is_open() || waiting) return;
    waiting = true;
    acceptor.async_wait(NativeAcceptor::wait_read, [self = shared_from_this()](boost::system::error_code error) {
      self->waiting = false;
      if (error || self->retry.armed()) return; // paused meanwhile: it is waited for again when that is over
      self->loop.begin_event();
      self->accept();
    });
  }

  void accept() {
    for (int i = 0; i < accepts_per_event_max && acceptor.is_open(); ++i) {
      asio::ip::tcp::endpoint from;
      socklen_t size = static_cast<socklen_t>(from.capacity());
      const int fd = ::accept4(acceptor.native_handle(), from.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        from.resize(size);
        on_accept(fd, to_endpoint(from));
        if (retry.armed()) return; // pause() was called
        continue;
      }
      if (errno == EAGAIN || errno == EWOULDBLOCK) break;
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        log(LogLevel::error, "cannot accept connections: out of descriptors or memory; raise the limit (ulimit -n)",
            {{"errno", errno}});
        return retry.arm(pause_without_descriptors); // those in the backlog wait (threats D1)
      }
    }
    wait();
  }

  Loop& loop;
  NativeAcceptor acceptor;
  OnAccept on_accept;
  bool waiting = false; // a wait is pending
  Timer retry;
};

Result<std::unique_ptr<Listener>, ListenError> Listener::open(Loop& loop, const std::string& host, std::uint16_t port,
                                                              OnAccept on_accept) {
  const auto refused = [&](const boost::system::error_code& error) {
    return ListenError{"cannot listen on " + host + ":" + std::to_string(port) + ": " + error.message()};
  };
  boost::system::error_code error;
  asio::ip::tcp::resolver resolver(loop.native().context);
  const auto addresses = resolver.resolve(host, std::to_string(port), asio::ip::resolver_base::passive, error);
  if (error) return refused(error);
  const asio::ip::tcp::endpoint endpoint = *addresses.begin();

  auto impl = std::make_shared<Impl>(loop, std::move(on_accept));
  impl->acceptor.open(endpoint.protocol(), error);
  if (!error) impl->acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) impl->acceptor.bind(endpoint, error);
  if (!error) impl->acceptor.listen(backlog, error);
  if (!error) impl->acceptor.native_non_blocking(true, error);
  if (error) return refused(error);
  impl->wait();
  return std::unique_ptr<Listener>(new Listener(std::move(impl)));
}

Listener::~Listener() { close(); }

std::uint16_t Listener::port() const {
  boost::system::error_code ignored;
  return impl_->acceptor.local_endpoint(ignored).port();
}

void Listener::pause(Duration duration) { impl_->retry.arm(duration); }

void Listener::close() {
  boost::system::error_code ignored;
  impl_->acceptor.close(ignored);
}

} // namespace wire::net
