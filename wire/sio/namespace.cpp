#include "wire/sio/namespace.h"

#include <utility>

#include "wire/sio/guarded.h"
#include "wire/sio/server.h"

namespace wire::sio {

Namespace::Namespace(Server& server, std::string name, Cluster* cluster, std::shared_ptr<Handlers> parent)
    : server_(server),
      adapter_(name, server.options().parser, cluster, &server.loop(), server.recovery_log(name)),
      parent_(std::move(parent)) {}

template <class F>
void Namespace::for_each_level(F&& f) {
  if (parent_) f(*parent_);
  f(*this);
}

void Namespace::run_middlewares(std::shared_ptr<Socket> socket, std::size_t index,
                                UniqueFunction<void(std::optional<ConnectError>)> done) {
  const std::size_t inherited = parent_ ? parent_->middlewares_.size() : 0;
  if (index == inherited + middlewares_.size()) return done(std::nullopt);
  Middleware& middleware = index < inherited ? parent_->middlewares_[index] : middlewares_[index - inherited];
  Socket& subject = *socket;
  Next next([self = shared_from_this(), socket = std::move(socket), index,
             done = std::move(done)](std::optional<ConnectError> error) mutable {
    if (error) return done(std::move(error));
    self->run_middlewares(std::move(socket), index + 1, std::move(done));
  });
  guarded("middleware", [&] { middleware(subject, std::move(next)); });
}

void Namespace::told_connection(Socket& socket) {
  for_each_level([&](Handlers& level) {
    for (auto& handler : level.on_connection_) {
      if (socket.connected()) guarded("connection", [&] { handler(socket); });
    }
  });
}

void Namespace::told_any(Socket& socket, std::string_view event, const Args& args) {
  for_each_level([&](Handlers& level) {
    for (auto& handler : level.on_any_) handler(socket, event, args);
  });
}

void Namespace::on_event(Socket& socket, std::string_view event, const Args& args, Ack ack) {
  if (const auto own = handlers_.find(event); own != handlers_.end()) {
    return own->second(socket, args, std::move(ack));
  }
  if (parent_) {
    if (const auto shared = parent_->handlers_.find(event); shared != parent_->handlers_.end()) {
      return shared->second(socket, args, std::move(ack));
    }
  }
  if (on_unhandled_) {
    on_unhandled_(socket, event, args, std::move(ack));
  } else if (parent_ && parent_->on_unhandled_) {
    parent_->on_unhandled_(socket, event, args, std::move(ack));
  }
}

void Namespace::told_receipt(Socket& socket, std::uint64_t receipt) {
  for_each_level([&](Handlers& level) {
    if (!level.on_receipt_ || !socket.connected()) return;
    guarded("receipt", [&] { level.on_receipt_(socket, receipt); });
  });
}

void Namespace::told_drained(Socket& socket) {
  for_each_level([&](Handlers& level) {
    if (!level.on_drained_ || !socket.connected()) return;
    guarded("drained", [&] { level.on_drained_(socket); });
  });
}

void Namespace::told_disconnecting(Socket& socket, DisconnectReason reason) {
  for_each_level([&](Handlers& level) {
    for (auto& handler : level.on_disconnecting_) guarded("disconnecting", [&] { handler(socket, reason); });
  });
}

void Namespace::told_disconnect(Socket& socket, DisconnectReason reason) {
  for_each_level([&](Handlers& level) {
    for (auto& handler : level.on_disconnect_) guarded("disconnect", [&] { handler(socket, reason); });
  });
}

} // namespace wire::sio
