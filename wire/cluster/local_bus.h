#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wire/cluster/room_filter.h"
#include "wire/sio/adapter.h"
#include "wire/sio/server.h"

namespace wire::cluster {

// The loops of one process.
class LocalBus {
 public:
  // Before the loops run; the servers must outlive their loops' last turn.
  void add(sio::Server& server) { members_.push_back({&server, std::make_unique<RoomFilter>()}); }

  struct Member {
    sio::Server* server;
    std::unique_ptr<RoomFilter> rooms; // of that server, and those that it is on the way to join
  };
  const std::vector<Member>& members() const { return members_; }
  RoomFilter* rooms_of(const sio::Server& server) const;

 private:
  std::vector<Member> members_; // constant once the loops run
};

// One loop's way to the others: what its server broadcasts is posted once to each that has members of the rooms,
// encoded already.
class LocalPort final : public sio::Cluster {
 public:
  explicit LocalPort(const LocalBus& bus) : bus_(bus) {}
  void set_own(sio::Server& server) { own_ = &server; }

  void broadcast(sio::Adapter& from, const sio::EncodedEvent& event, const sio::BroadcastOptions& options) override;
  void join(sio::Adapter& from, const sio::BroadcastOptions& whom, const std::vector<std::string>& rooms) override;
  void leave(sio::Adapter& from, const sio::BroadcastOptions& whom, const std::vector<std::string>& rooms) override;
  void disconnect(sio::Adapter& from, const sio::BroadcastOptions& whom, bool close) override;
  std::size_t peers() const override { return bus_.members().size() - 1; }
  void broadcast_with_ack(sio::Adapter& from, std::uint64_t request, std::string_view event,
                          const sio::Payload& payload, const sio::BroadcastOptions& options, Duration timeout) override;
  void fetch_sockets(sio::Adapter& from, std::uint64_t request, const sio::BroadcastOptions& whom) override;
  void catch_up(sio::Adapter& from) override;
  void on_room(sio::Adapter& of, std::string_view room) override;
  void on_room_gone(sio::Adapter& of, std::string_view room) override;

  std::uint64_t posted() const { return posted_; } // to other loops so far, because they may have members

 private:
  // f(const LocalBus::Member&) for each loop but its own that may have one of those.
  template <class F>
  void for_each_other(std::string_view nsp, const std::vector<std::string>& rooms, F f);
  template <class F> // f(sio::Adapter&) on the loops of those
  void on_others(sio::Adapter& from, const std::vector<std::string>& rooms, F f);

  const LocalBus& bus_;
  sio::Server* own_ = nullptr;
  std::uint64_t posted_ = 0;
};

} // namespace wire::cluster
