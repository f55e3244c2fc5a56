#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "wire/base/result.h"
#include "wire/http/counters.h"
#include "wire/http/handler.h"
#include "wire/http/options.h"
#include "wire/http/router.h"
#include "wire/net/connection_limit.h"
#include "wire/net/endpoint.h"
#include "wire/net/listener.h"
#include "wire/net/loop.h"

namespace wire::http {

// The HTTP/1.1 connections of one loop. Pipelined requests are answered one after the other.
class Server {
 public:
  explicit Server(net::Loop& loop, Options options = {});
  ~Server(); // drops the connections; handlers are not told, since they may be gone already

  Router& router() { return router_; }
  net::Loop& loop() { return loop_; }

  // Port 0 takes a free one; the answer says which.
  Result<std::uint16_t, net::ListenError> listen(const std::string& host, std::uint16_t port);
  // Accepted connections go to these in turn, each on its own loop; without it all stay here. They must outlive this
  // one.
  void set_distributor(std::vector<Server*> servers) { distributor_ = std::move(servers); }
  // Takes over a connected, non-blocking socket. `already_read` came from it.
  void adopt(int fd, net::Endpoint peer, std::string already_read = {}, net::ConnectionLimit::Place place = {});

  // For an orderly end: no new connections, those that wait for a request are closed, the others close behind their
  // answer.
  void stop_listening();
  void close_idle();
  // Drops every connection; the handlers of unanswered requests hear on_abort.
  void close();
  std::size_t connections() const { return connections_.size(); } // without those that were given away
  const Counters& counters() const { return counters_; }
  // Of all that it accepted, wherever they are now; any thread.
  const net::ConnectionLimit& connection_limit() const { return *connection_limit_; }

 private:
  class Connection;
  friend class Connection;
  void on_accept(std::size_t listener, int fd, net::Endpoint peer);
  void turn_away(std::size_t listener, int fd, net::Endpoint peer);
  std::string_view date(); // of now, as in the header Date

  // constant after construction
  net::Loop& loop_;
  const Options options_;
  const std::shared_ptr<net::ConnectionLimit> connection_limit_;

  // owned by the loop
  Router router_;
  std::vector<Server*> distributor_;
  std::size_t next_ = 0; // in distributor_
  std::vector<std::unique_ptr<net::Listener>> listeners_;
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  bool draining_ = false; // after close_idle()
  Counters counters_;
  std::int64_t date_unix_seconds_ = 0;
  std::string date_;
};

} // namespace wire::http
