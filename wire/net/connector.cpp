#include "wire/net/connector.h"

#include <boost/asio/connect.hpp>

#include <optional>
#include <utility>

#include "wire/net/native.h"

namespace wire::net {

struct Connector::Attempt : std::enable_shared_from_this<Attempt> {
  using Resolver = asio::ip::basic_resolver<asio::ip::tcp, asio::io_context::executor_type>;

  Attempt(Loop& l, std::string h, std::uint16_t port, Duration wait, std::shared_ptr<const TlsTrust> t,
          OnConnected callback)
      : loop(l),
        host(std::move(h)),
        name(host + ":" + std::to_string(port)),
        timeout(wait),
        trust(std::move(t)),
        resolver(l.native().context.get_executor()),
        socket(l.native().context),
        deadline(l, [this] { finish("timed out"); }),
        on_connected(std::move(callback)) {}

  void begin(std::uint16_t port) {
    deadline.arm(timeout);
    resolver.async_resolve(host, std::to_string(port),
                           [self = shared_from_this()](boost::system::error_code error, Resolver::results_type found) {
                             self->loop.begin_event();
                             if (self->done()) return;
                             if (error) return self->finish(error.message());
                             self->connect(found);
                           });
  }
  void connect(const Resolver::results_type& addresses) {
    asio::async_connect(
        socket, addresses,
        [self = shared_from_this()](boost::system::error_code error, const asio::ip::tcp::endpoint& peer) {
          self->loop.begin_event();
          if (self->done()) return;
          if (error) return self->finish(error.message());
          boost::system::error_code ignored;
          const int fd = self->socket.release(ignored);
          self->deadline.cancel();
          auto callback = std::exchange(self->on_connected, nullptr);
          Arrival arrival{OwnedSocket(fd), {peer.address().to_string(), peer.port()}};
          if (self->trust) arrival.tls = self->trust->connect(self->host, self->timeout);
          callback(Connection::adopt(self->loop, std::move(arrival)));
        });
  }
  bool done() const { return !on_connected; }
  void finish(const std::string& why) {
    const auto keep = shared_from_this();
    auto callback = std::exchange(on_connected, nullptr);
    stop();
    callback(ConnectError{"cannot connect to " + name + ": " + why});
  }
  void stop() {
    on_connected = nullptr;
    deadline.cancel();
    resolver.cancel();
    boost::system::error_code ignored;
    socket.close(ignored);
  }

  Loop& loop;
  const std::string host, name;
  const Duration timeout;
  const std::shared_ptr<const TlsTrust> trust; // none: plain
  Resolver resolver;
  NativeSocket socket;
  Timer deadline;
  OnConnected on_connected;
};

void Connector::connect(const std::string& host, std::uint16_t port, Duration timeout, OnConnected on_connected,
                        std::shared_ptr<const TlsTrust> trust) {
  cancel();
  attempt_ = std::make_shared<Attempt>(loop_, host, port, timeout, std::move(trust), std::move(on_connected));
  attempt_->begin(port);
}

void Connector::cancel() {
  if (attempt_) attempt_->stop();
  attempt_.reset();
}

} // namespace wire::net
