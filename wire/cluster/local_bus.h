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

class RedisAdapter;

// One loop's way to the others: what its server broadcasts is posted once to each that has members of the rooms,
// encoded already; and to other nodes, if there may be any, by way of the home loop.
class LocalPort final : public sio::Cluster {
 public:
  // `nodes`: the other ones, on the loop `home`; none: this process is all there is.
  explicit LocalPort(const LocalBus& bus, RedisAdapter* nodes = nullptr, net::Loop* home = nullptr)
      : bus_(bus), nodes_(nodes), home_(home) {}
  void set_own(sio::Server& server) { own_ = &server; }

  void on_namespace(std::string_view nsp) override;
  void broadcast(sio::Adapter& from, const sio::EncodedEvent& event, const sio::BroadcastOptions& options) override;
  void publish(sio::Adapter& from, std::string_view event, const sio::Payload& payload,
               const sio::BroadcastOptions& options) override;
  void join(sio::Adapter& from, const sio::BroadcastOptions& whom, const std::vector<std::string>& rooms) override;
  void leave(sio::Adapter& from, const sio::BroadcastOptions& whom, const std::vector<std::string>& rooms) override;
  void disconnect(sio::Adapter& from, const sio::BroadcastOptions& whom, bool close) override;
  std::size_t peers(const sio::BroadcastFlags& flags) const override;
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

  template <class F> // f(RedisAdapter&) on the home loop, if what has these flags concerns other nodes
  void on_nodes(const sio::BroadcastFlags& flags, F f);

  const LocalBus& bus_;
  RedisAdapter* const nodes_; // gone before the loops are
  net::Loop* const home_;
  sio::Server* own_ = nullptr;
  std::uint64_t posted_ = 0;
};

} // namespace wire::cluster
