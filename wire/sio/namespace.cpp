#include "wire/sio/namespace.h"

#include "wire/sio/guarded.h"

namespace wire::sio {

Namespace::Namespace(Server& server, std::string name, Cluster* cluster)
    : server_(server), adapter_(std::move(name), cluster) {}

void Namespace::on(std::string_view event, EventHandler handler) {
  handlers_.insert_or_assign(std::string(event), std::move(handler));
}

void Namespace::run_middlewares(std::shared_ptr<Socket> socket, std::size_t index,
                                UniqueFunction<void(std::optional<ConnectError>)> done) {
  if (index == middlewares_.size()) return done(std::nullopt);
  Socket& subject = *socket;
  Next next(
      [this, socket = std::move(socket), index, done = std::move(done)](std::optional<ConnectError> error) mutable {
        if (error) return done(std::move(error));
        run_middlewares(std::move(socket), index + 1, std::move(done));
      });
  guarded("middleware", [&] { middlewares_[index](subject, std::move(next)); });
}

void Namespace::on_event(Socket& socket, std::string_view event, const Args& args, Ack ack) {
  if (const auto found = handlers_.find(event); found != handlers_.end()) {
    found->second(socket, args, std::move(ack));
  } else if (on_unhandled_) {
    on_unhandled_(socket, event, args, std::move(ack));
  }
}

} // namespace wire::sio
