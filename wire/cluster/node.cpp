#include "wire/cluster/node.h"

#include <thread>

#include "wire/base/signals.h"
#include "wire/cluster/redis_pub_sub.h"

namespace wire::cluster {

Node::Node(NodeOptions options, const std::function<void(sio::Server&)>& setup) {
  std::vector<http::Server*> https;
  options.server.recovery_store = std::make_shared<sio::RecoveryStore>(); // a client may come back on another loop
  if (options.http.connections_per_address_max > 0 && !options.http.address_limit) {
    options.http.address_limit = std::make_shared<net::AddressLimit>(options.http.connections_per_address_max);
  }
  for (int i = 0; i < options.threads; ++i) parts_.push_back(std::make_unique<Part>(i, options.unsent));
  if (options.redis) {
    net::Loop& home = parts_[0]->loop;
    nodes_ = std::make_unique<RedisAdapter>(
        home, bus_, std::make_unique<RedisPubSub>(home, options.redis->address, options.redis->login),
        options.redis->key);
  }
  const bool alone = options.threads == 1 && !nodes_;
  for (const auto& part : parts_) {
    part->port.emplace(bus_, nodes_.get(), &parts_[0]->loop);
    part->server = std::make_unique<sio::Server>(part->loop, options.server, alone ? nullptr : &*part->port);
    part->port->set_own(*part->server);
    part->http = std::make_unique<http::Server>(part->loop, options.http);
    part->server->attach(*part->http);
    bus_.add(*part->server);
    https.push_back(part->http.get());
  }
  for (const auto& part : parts_) {
    if (https.size() > 1) part->server->engine().set_peers(https);
    setup(*part->server);
  }
  if (https.size() > 1) parts_[0]->http->set_distributor(https);
}

Node::~Node() = default;

Result<std::uint16_t, net::ListenError> Node::listen(const std::string& host, std::uint16_t port,
                                                     http::ListenOptions options) {
  return parts_[0]->http->listen(host, port, std::move(options));
}

void Node::run() {
  // Not before: looking up a name takes a thread, which must have run_until_signal()'s signals blocked.
  if (nodes_) nodes_->start(*parts_[0]->server);
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < parts_.size(); ++i) threads.emplace_back([this, i] { parts_[i]->loop.run(); });
  parts_[0]->loop.run();
  for (std::thread& thread : threads) thread.join();
}

void Node::run_until_signal() {
  block_signals();
  const Signals signals({[this] { stop(); }});
  run();
}

void Node::stop() {
  for (const auto& part : parts_) {
    part->loop.post([part = part.get()] {
      part->http->stop_listening();
      part->server->close();
      part->http->close();
    });
    part->loop.stop();
  }
}

} // namespace wire::cluster
