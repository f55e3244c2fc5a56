#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "wire/base/time.h"
#include "wire/cluster/local_bus.h"
#include "wire/cluster/message.h"
#include "wire/cluster/pub_sub.h"
#include "wire/sio/server.h"

namespace wire::cluster {

// This process among the nodes that share its namespaces, in the protocol of @socket.io/redis-adapter: what happens
// here is published, what others publish happens here, on all loops. Delivery is at most once; what must not be lost is
// stored by who sends it. Owned by the home loop, the first one; the ports of other loops post to it.
class RedisAdapter {
 public:
  // `home`, `bus`: the first loop, and all loops of this process. `key` begins the name of each channel.
  RedisAdapter(net::Loop& home, const LocalBus& bus, std::unique_ptr<PubSub> pub_sub, std::string key = "socket.io");
  ~RedisAdapter();
  RedisAdapter(const RedisAdapter&) = delete;
  RedisAdapter& operator=(const RedisAdapter&) = delete;

  void start(sio::Server& home); // the home loop's server; before the loops run, the first time

  // --- on the home loop ---
  bool ready() const { return pub_sub_->ready(); }
  // Told of each change, beginning with the first time that it is ready. This and hear(): also before start().
  void on_state(std::function<void(bool ready)> handler) { on_state_.push_back(std::move(handler)); }
  // What an application tells its other nodes beside what its rooms carry, on channels of its own: `KEY-NAME`. Whoever
  // hears a channel hears what it says there itself, too.
  void hear(std::string_view name, std::function<void(std::string_view bytes)> handler);
  bool announce(std::string_view name, std::string_view bytes); // false: it was lost
  void open(const std::string& nsp);                            // hear of it from now on
  void broadcast(const std::string& nsp, std::string event, sio::Payload payload, sio::BroadcastOptions options);
  void join(const std::string& nsp, sio::BroadcastOptions whom, std::vector<std::string> rooms);
  void leave(const std::string& nsp, sio::BroadcastOptions whom, std::vector<std::string> rooms);
  void disconnect(const std::string& nsp, sio::BroadcastOptions whom, bool close);
  // Answers come to the requests of the namespace on `server`'s loop, which counted the other nodes as one peer.
  void broadcast_with_ack(sio::Server& server, const std::string& nsp, std::uint64_t request, std::string event,
                          sio::Payload payload, sio::BroadcastOptions options, Duration timeout);
  void fetch_sockets(sio::Server& server, const std::string& nsp, std::uint64_t request, sio::BroadcastOptions whom);

  std::uint64_t published() const { return published_; }
  std::uint64_t lost() const { return lost_; }       // published while Redis was not there
  std::uint64_t refused() const { return refused_; } // what came and could not be read

 private:
  struct Channels {
    std::string broadcast, request, response; // the names of the three, each ends with #
  };
  struct Asked { // of other nodes, by us
    sio::Server* server;
    std::string nsp;
    std::uint64_t request;
    TimePoint until;
  };

  Channels channels(std::string_view nsp) const;
  bool publish(std::string_view channel, std::string_view bytes);
  void on_message(std::string_view channel, std::string_view bytes);
  void on_broadcast(const std::string& nsp, std::string_view room, std::string_view bytes);
  void on_request(const std::string& nsp, std::string_view bytes);
  void on_response(std::string_view bytes);
  void answer(const std::string& nsp, Response response);
  void ask(sio::Server& server, const std::string& nsp, std::uint64_t request, Request message, Duration timeout);
  void refuse(std::string_view channel, MessageError error);
  sio::Adapter* find(const std::string& nsp);
  bool somebody_is_in(std::string_view nsp, std::string_view room) const;
  void forget_old();

  // constant after construction
  net::Loop& loop_;
  const LocalBus& bus_;
  const std::unique_ptr<PubSub> pub_sub_;
  const std::string key_;
  const std::string uid_;
  sio::Server* home_ = nullptr;
  std::vector<std::function<void(bool)>> on_state_;

  // owned by the home loop
  std::map<std::string, Channels> open_;                                            // by namespace
  std::map<std::string, std::function<void(std::string_view)>, std::less<>> heard_; // by channel
  std::unordered_map<std::string, Asked> asked_;
  std::uint64_t published_ = 0, lost_ = 0, refused_ = 0;
};

} // namespace wire::cluster
