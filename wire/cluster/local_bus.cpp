#include "wire/cluster/local_bus.h"

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

} // namespace wire::cluster
