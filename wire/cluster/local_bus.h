#pragma once

#include <string>
#include <vector>

#include "wire/sio/adapter.h"
#include "wire/sio/server.h"

namespace wire::cluster {

// The loops of one process.
class LocalBus {
 public:
  // Before the loops run; the servers must outlive their loops' last turn.
  void add(sio::Server& server) { servers_.push_back(&server); }
  const std::vector<sio::Server*>& servers() const { return servers_; }

 private:
  std::vector<sio::Server*> servers_; // constant once the loops run
};

// One loop's way to the others: what its server broadcasts is posted once to each of them, encoded already.
class LocalPort final : public sio::Cluster {
 public:
  explicit LocalPort(const LocalBus& bus) : bus_(bus) {}
  void set_own(sio::Server& server) { own_ = &server; }

  void broadcast(sio::Adapter& from, const sio::EncodedEvent& event, const sio::BroadcastOptions& options) override;
  void join(sio::Adapter& from, const sio::BroadcastOptions& whom, const std::vector<std::string>& rooms) override;
  void leave(sio::Adapter& from, const sio::BroadcastOptions& whom, const std::vector<std::string>& rooms) override;
  void disconnect(sio::Adapter& from, const sio::BroadcastOptions& whom, bool close) override;
  std::size_t peers() const override { return bus_.servers().size() - 1; }
  void broadcast_with_ack(sio::Adapter& from, std::uint64_t request, std::string_view event,
                          const sio::Payload& payload, const sio::BroadcastOptions& options, Duration timeout) override;
  void fetch_sockets(sio::Adapter& from, std::uint64_t request, const sio::BroadcastOptions& whom) override;
  void catch_up(sio::Adapter& from) override;

 private:
  template <class F> // f(sio::Adapter&) on the loop of each server but its own
  void on_others(sio::Adapter& from, F f);

  const LocalBus& bus_;
  sio::Server* own_ = nullptr;
};

} // namespace wire::cluster
