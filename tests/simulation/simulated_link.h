#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/scheduler.h"
#include "tests/simulation/simulated_node.h"
#include "wire/eio/session.h"
#include "wire/eio/transport.h"
#include "wire/net/loop.h"
#include "wire/sio/client.h"

namespace mentara::simulation {

// The client's end of a connection.
class LinkUser {
 public:
  virtual void on_packet(Link& link, std::string_view packet) = 0; // "42/messaging,[…]"
  virtual void on_closed(Link& link) = 0;                          // as a socket does: nothing comes any more

 protected:
  ~LinkUser() = default;
};

struct LinkNature {
  Duration latency = milliseconds(5), jitter = milliseconds(3);
  double bytes_per_ms = 0; // 0: no limit that matters
};

// One connection between a client and a node, as a WebSocket would carry it: packets in order, until it is cut. At the
// node it is a real Engine.IO session with a real Socket.IO client on top, over a transport that takes simulated time.
class Link final : public std::enable_shared_from_this<Link>,
                   private wire::eio::Transport,
                   private wire::eio::SessionHost,
                   private wire::net::TurnEnd {
 public:
  Link(SimulatedNode& node, LinkUser& user, const LinkNature& nature);
  ~Link();

  void open(); // after construction, since others share it from then on

  // --- the client ---
  void send(std::string packet);
  void leave();   // with a goodbye that the node receives
  void abandon(); // without: the node finds out by itself
  SimulatedNode& node() { return node_; }

  // --- the network ---
  void cut();   // both ends notice, each in its time
  void black(); // nobody does: what is sent is gone
  void slow_down(double bytes_per_ms) { nature_.bytes_per_ms = bytes_per_ms; }

  // --- the node ---
  void on_process_died();

 private:
  // of the node's session
  wire::eio::TransportName name() const override { return wire::eio::TransportName::websocket; }
  bool writable() const override { return unsent_ == 0; }
  wire::Pressure pressure() const override;
  void send(wire::eio::PacketType type, std::string_view data) override;
  void send_binary(std::string_view) override {}
  void send(const wire::eio::SharedPacket& packet) override { queue(std::string(packet.packet())); }
  void request_flush() override;
  bool close() override;
  void abort() override { close(); }
  void wake_at(TimePoint when) override;
  void on_session_closed() override;
  void on_turn_end() override;

  void begin_session();
  void queue(std::string packet);
  void to_client(std::string packet, std::size_t bytes);
  void close_client(Duration delay);
  void run_at_node(Scheduler::Task task);
  void lose_session();
  TimePoint arrival(TimePoint& last, std::size_t bytes, bool is_down);

  SimulatedNode& node_;
  Scheduler& time_;
  Dice& dice_;
  const std::uint64_t incarnation_;
  LinkUser* user_; // null: it has gone
  LinkNature nature_;
  bool black_ = false, server_closed_ = false, client_closed_ = false;
  TimePoint up_{}, down_{}; // when the last packet arrives

  // at the node
  std::optional<wire::eio::HandshakeRequest> request_;
  std::optional<wire::eio::Session> session_;
  std::optional<wire::sio::Client> client_;
  std::optional<wire::net::Timer> timer_;
  std::vector<std::string> queued_; // in this turn
  std::size_t unsent_ = 0;
};

} // namespace mentara::simulation
