#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "mentara/connections/home.h"
#include "mentara/gateways/stream.h"
#include "mentara/services/sync_service.h"
#include "wire/net/loop.h"
#include "wire/sio/namespace.h"

namespace mentara::gateways {

// A durable event on its way to those whom it concerns; encoded once, for all loops.
struct DurableEvent {
  storage::Position position = 0;
  wire::sio::EncodedEvent encoded;
  std::vector<std::string> rooms;              // user_ rooms
  std::string origin;                          // the socket on which it was done, which has its ack; empty: none
  std::optional<storage::Delivered> message{}; // what its receipt says of a conversation
  UserId sender_id{};                          // of the message
};

// Gives each socket of one namespace, on one loop, its durable events: from the log until it has seen everything, then
// as they happen, and from the log again when it was too slow. Carries what clients prove to the service.
class Feed {
 public:
  Feed(wire::sio::Namespace& nsp, const connections::Home& home, services::SyncService& sync);
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  wire::net::Loop& loop() { return loop_; }

  // A socket that was accepted and is in its user's room: its replay begins.
  void begin(wire::sio::Socket& socket, const services::Opened& opened);
  void tell(const DurableEvent& event);
  // There may be events up to here of which it was not told.
  void tell_gap(storage::Position position);

  // The client says itself what it has.
  void prove_delivered(const wire::sio::Socket& socket, storage::Delivered delivered, Done<std::monostate> done);
  void prove_cursor(const wire::sio::Socket& socket, std::string cursor, Done<std::monostate> done);

  // To this socket alone, past the recovery log: what belongs to one connection is not told again in another.
  template <class Payload>
  static void say(wire::sio::Socket& socket, std::string_view event, const Payload& payload) {
    socket.send_encoded(wire::sio::encode_event(socket.nsp().name(), event, wire::sio::Payload::of(payload)));
    socket.nsp().adapter().count_sent(event, 1);
  }

 private:
  void read(wire::sio::Socket& socket, const Stream& stream);
  void on_page(wire::sio::Socket& socket, Stream& stream, storage::LogPage page, wire::Duration took);
  void rest(wire::sio::Socket& socket, wire::Duration rest);
  void wake_rested(wire::TimePoint at);
  void read_rested();
  void send_row(wire::sio::Socket& socket, Stream& stream, storage::LogRow row);
  void on_receipt(wire::sio::Socket& socket, std::uint64_t receipt);
  void on_drained(wire::sio::Socket& socket);
  void bring_proofs();

  // constant after construction
  wire::sio::Namespace& nsp_;
  wire::net::Loop& loop_;
  const connections::Home& home_;
  services::SyncService& sync_; // on the home loop

  // owned by the loop
  std::string epoch_;
  struct Resting {
    wire::TimePoint until;
    std::weak_ptr<wire::sio::Socket> socket;
  };
  std::vector<Resting> resting_; // which read their next page then
  wire::net::Timer resting_timer_;
  wire::TimePoint resting_until_{};                        // when it is armed
  std::vector<std::weak_ptr<wire::sio::Socket>> ripening_; // whose streams have proofs that are not yet brought home
  wire::net::Timer ripening_timer_;
};

} // namespace mentara::gateways
