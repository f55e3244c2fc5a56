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
#include "wire/net/address_limit.h"
#include "wire/net/connection.h"
#include "wire/net/connection_limit.h"
#include "wire/net/endpoint.h"
#include "wire/net/listener.h"
#include "wire/net/loop.h"
#include "wire/net/proxy_gate.h"
#include "wire/net/tls.h"

namespace wire::http {

// What one port asks of those who connect to it.
struct ListenOptions {
  std::shared_ptr<net::TlsContext> tls{}; // none: nothing is encrypted
  // Every connection comes from one of Options::trusted_proxies and begins with a header of the PROXY protocol; any
  // other is closed (threats H17).
  bool proxy_protocol = false;
};

// The HTTP/1.1 connections of one loop. Pipelined requests are answered one after the other.
class Server {
 public:
  explicit Server(net::Loop& loop, Options options = {});
  ~Server(); // drops the connections; handlers are not told, since they may be gone already

  Router& router() { return router_; }
  net::Loop& loop() { return loop_; }

  // Port 0 takes a free one; the answer says which.
  Result<std::uint16_t, net::ListenError> listen(const std::string& host, std::uint16_t port,
                                                 ListenOptions options = {});
  // Accepted connections go to these in turn, each on its own loop; without it all stay here. They must outlive this
  // one.
  void set_distributor(std::vector<Server*> servers) { distributor_ = std::move(servers); }
  // Takes over a connected, non-blocking socket.
  void adopt(int fd, net::Endpoint peer);

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
  std::size_t addresses() const { return address_limit_ ? address_limit_->addresses() : 0; } // likewise

 private:
  class Connection;
  friend class Connection;
  struct Port { // that it listens on
    ListenOptions options{};
    std::unique_ptr<net::Listener> listener{};
    TimePoint handshakes_since{}; // in the window that began then
    unsigned handshakes = 0;
  };
  void on_accept(Port& port, net::Arrival arrival);
  void read_proxy_header(Port& port, net::Arrival arrival);
  void admit(Port& port, net::Arrival arrival);
  void count_handshake(Port& port);
  void take_over(net::Arrival arrival);
  static void send_to(Server& other, net::Arrival arrival); // on its own loop
  void turn_away(Port& port, net::Arrival arrival);
  void refuse_address(net::Arrival arrival);
  void answer_and_close(net::Arrival arrival, const Response& response);
  // False: the address has as many connections as it may.
  bool take_address_place(std::string_view address, net::AddressLimit::Place& place) const;
  std::string_view date(); // of now, as in the header Date

  // constant after construction
  net::Loop& loop_;
  const Options options_;
  const std::shared_ptr<net::ConnectionLimit> connection_limit_;
  const std::shared_ptr<net::AddressLimit> address_limit_; // null: none

  // owned by the loop
  Router router_;
  std::vector<Server*> distributor_;
  std::size_t next_ = 0; // in distributor_
  std::vector<std::unique_ptr<Port>> ports_;
  std::unordered_set<std::shared_ptr<net::ProxyGate>> gates_;
  TimePoint addresses_told_since_{};
  unsigned addresses_told_ = 0; // in the second that began then
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  bool draining_ = false; // after close_idle()
  Counters counters_;
  std::int64_t date_unix_seconds_ = 0;
  std::string date_;
};

} // namespace wire::http
