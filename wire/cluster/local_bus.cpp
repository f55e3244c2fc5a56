#include "wire/cluster/local_bus.h"

#include <utility>

namespace wire::cluster {

template <class F>
void LocalPort::on_others(sio::Adapter& from, F f) {
  for (sio::Server* server : bus_.servers()) {
    if (server == own_) continue;
    server->loop().post([server, nsp = from.nsp(), f] {
      if (sio::Namespace* there = server->find(nsp)) f(there->adapter());
    });
  }
}

void LocalPort::broadcast(sio::Adapter& from, const sio::EncodedEvent& event, const sio::BroadcastOptions& options) {
  on_others(from, [event, options](sio::Adapter& adapter) { adapter.deliver(event, options); });
}

void LocalPort::join(sio::Adapter& from, const sio::BroadcastOptions& whom, const std::vector<std::string>& rooms) {
  on_others(from, [whom, rooms](sio::Adapter& adapter) { adapter.join_local(whom, rooms); });
}

void LocalPort::leave(sio::Adapter& from, const sio::BroadcastOptions& whom, const std::vector<std::string>& rooms) {
  on_others(from, [whom, rooms](sio::Adapter& adapter) { adapter.leave_local(whom, rooms); });
}

void LocalPort::disconnect(sio::Adapter& from, const sio::BroadcastOptions& whom, bool close) {
  on_others(from, [whom, close](sio::Adapter& adapter) { adapter.disconnect_local(whom, close); });
}

void LocalPort::catch_up(sio::Adapter& from) {
  on_others(from, [](sio::Adapter& adapter) { adapter.catch_up(); });
}

namespace {

// The way back to who asked, from whichever loop; a namespace that is gone asks no more.
class ReplyTo {
 public:
  ReplyTo(sio::Server& server, std::string nsp) : server_(&server), nsp_(std::move(nsp)) {}

  template <class F> // f(sio::Requests&) on the asking loop
  void operator()(F f) const {
    server_->loop().post([server = server_, nsp = nsp_, f = std::move(f)]() mutable {
      if (sio::Namespace* there = server->find(nsp)) f(there->adapter().requests());
    });
  }

 private:
  sio::Server* server_;
  std::string nsp_;
};

} // namespace

void LocalPort::broadcast_with_ack(sio::Adapter& from, std::uint64_t request, std::string_view event,
                                   const sio::Payload& payload, const sio::BroadcastOptions& options,
                                   Duration timeout) {
  for (sio::Server* server : bus_.servers()) {
    if (server == own_) continue;
    server->loop().post([server, reply = ReplyTo(*own_, from.nsp()), nsp = from.nsp(), request,
                         event = std::string(event), payload, options, timeout] {
      sio::Namespace* there = server->find(nsp);
      std::size_t clients = 0;
      if (there) {
        const auto on_answer = [reply, request](const sio::Args* answer) {
          if (!answer) return reply([request](sio::Requests& requests) { requests.on_no_answer(request); });
          reply([request, given = sio::Payload().add(*answer, 0)](sio::Requests& requests) mutable {
            requests.on_answer(request, std::move(given));
          });
        };
        clients = there->adapter().deliver_with_ack(event, payload, options, timeout, on_answer);
      }
      reply([request, clients](sio::Requests& requests) { requests.on_clients(request, clients); });
    });
  }
}

void LocalPort::fetch_sockets(sio::Adapter& from, std::uint64_t request, const sio::BroadcastOptions& whom) {
  for (sio::Server* server : bus_.servers()) {
    if (server == own_) continue;
    server->loop().post([server, reply = ReplyTo(*own_, from.nsp()), nsp = from.nsp(), request, whom] {
      sio::Namespace* there = server->find(nsp);
      auto sockets = there ? there->adapter().describe(whom) : std::vector<sio::RemoteSocket>();
      reply([request, sockets = std::move(sockets)](sio::Requests& requests) mutable {
        requests.on_sockets(request, std::move(sockets));
      });
    });
  }
}

} // namespace wire::cluster
