#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "wire/base/result.h"
#include "wire/cluster/local_bus.h"
#include "wire/cluster/redis_adapter.h"
#include "wire/http/server.h"
#include "wire/net/loop.h"
#include "wire/redis/session.h"
#include "wire/sio/server.h"

namespace wire::cluster {

// Other nodes, and Node servers with @socket.io/redis-adapter, that share the namespaces.
struct RedisOptions {
  redis::Address address = {};
  redis::Login login = {};
  std::string key = "socket.io"; // begins the name of each channel
};

struct NodeOptions {
  int threads = 1; // loops, each with a Socket.IO server of its own; they share rooms
  sio::ServerOptions server = {};
  http::Options http = {};
  UnsentLimits unsent = {};               // of each connection
  std::optional<RedisOptions> redis = {}; // none: this process is all there is
};

// One process that serves Socket.IO: loops, their servers, and what joins them.
class Node {
 public:
  // `setup` is called once for each loop's server, here, before any of them runs: register namespaces and handlers in
  // it. What handlers share between loops must be safe to share.
  Node(NodeOptions options, const std::function<void(sio::Server&)>& setup);
  ~Node();

  // Port 0 takes a free one; the answer says which.
  Result<std::uint16_t, net::ListenError> listen(const std::string& host, std::uint16_t port,
                                                 http::ListenOptions options = {});
  void run();  // on this thread and threads of its own, until stop()
  void stop(); // any thread; not from a signal's handler
  // run(), until SIGTERM or SIGINT, or stop(). Call it before you make threads of your own.
  void run_until_signal();

  std::size_t loops() const { return parts_.size(); }
  net::Loop& loop(std::size_t index) { return parts_[index]->loop; }
  sio::Server& server(std::size_t index) { return *parts_[index]->server; }
  http::Server& http(std::size_t index) { return *parts_[index]->http; }
  RedisAdapter* nodes() { return nodes_.get(); } // none: this process is all there is

 private:
  struct Part { // of one loop; the order is that of destruction, backwards
    Part(int index, const UnsentLimits& unsent) : loop(index, unsent) {}
    net::Loop loop;
    std::optional<LocalPort> port;
    std::unique_ptr<sio::Server> server;
    std::unique_ptr<http::Server> http;
  };

  LocalBus bus_;
  std::vector<std::unique_ptr<Part>> parts_;
  std::unique_ptr<RedisAdapter> nodes_; // before the loop that it belongs to
};

} // namespace wire::cluster
