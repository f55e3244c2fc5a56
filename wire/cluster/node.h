#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "wire/base/result.h"
#include "wire/cluster/local_bus.h"
#include "wire/http/server.h"
#include "wire/net/loop.h"
#include "wire/sio/server.h"

namespace wire::cluster {

struct NodeOptions {
  int threads = 1; // loops, each with a Socket.IO server of its own; they share rooms
  sio::ServerOptions server = {};
  http::Options http = {};
  UnsentLimits unsent = {}; // of each connection
};

// One process that serves Socket.IO: loops, their servers, and what joins them.
class Node {
 public:
  // `setup` is called once for each loop's server, here, before any of them runs: register namespaces and handlers in
  // it. What handlers share between loops must be safe to share.
  Node(NodeOptions options, const std::function<void(sio::Server&)>& setup);
  ~Node();

  // Port 0 takes a free one; the answer says which.
  Result<std::uint16_t, net::ListenError> listen(const std::string& host, std::uint16_t port);
  void run();  // on this thread and threads of its own, until stop()
  void stop(); // any thread; not from a signal's handler
  // run(), until SIGTERM or SIGINT, or stop(). Call it before you make threads of your own.
  void run_until_signal();

  std::size_t loops() const { return parts_.size(); }
  net::Loop& loop(std::size_t index) { return parts_[index]->loop; }
  sio::Server& server(std::size_t index) { return *parts_[index]->server; }
  http::Server& http(std::size_t index) { return *parts_[index]->http; }

 private:
  struct Part { // of one loop; the order is that of destruction, backwards
    Part(int index, const UnsentLimits& unsent, const LocalBus& bus) : loop(index, unsent), port(bus) {}
    net::Loop loop;
    LocalPort port;
    std::unique_ptr<sio::Server> server;
    std::unique_ptr<http::Server> http;
  };

  LocalBus bus_;
  std::vector<std::unique_ptr<Part>> parts_;
};

} // namespace wire::cluster
