#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mentara/services/live_sockets.h"
#include "wire/sio/namespace.h"

namespace mentara::gateways {

// Ends sockets of any namespace on any loop, each told why. Owned by the home loop.
class Disconnector final : public services::LiveSockets {
 public:
  // Before the loops run; the namespace's sockets have a Caller.
  void add(wire::sio::Namespace& nsp) { namespaces_.push_back(&nsp); }

  void disconnect_user(const UserId& user, services::Ending ending) override;
  void disconnect_revoked(const Revocation& revocation) override;

  // One of them; its user has more than he may.
  void end_surplus(std::string_view nsp, std::string socket_id);

  // On the socket's loop.
  static void end(wire::sio::Socket& socket, const services::Ending& ending);
  // Whoever does what nobody may: with him goes his connection (over WebSocket, by the close code 1008).
  static void expel(wire::sio::Socket& socket, const services::Ending& ending);

 private:
  template <class EndSome> // (Namespace&), on its loop
  void on_every_loop(EndSome end_some) const;

  std::vector<wire::sio::Namespace*> namespaces_; // of all loops
};

} // namespace mentara::gateways
