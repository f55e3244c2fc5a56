#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mentara/auth/authenticator.h"
#include "mentara/auth/failure_budget.h"
#include "mentara/connections/connection_manager.h"
#include "mentara/connections/home.h"
#include "mentara/connections/tally.h"
#include "mentara/contract/connection_payloads.h"
#include "mentara/events/event_bus.h"
#include "mentara/events/events.h"
#include "mentara/gateways/answer.h"
#include "mentara/gateways/disconnector.h"
#include "mentara/gateways/event_limits.h"
#include "mentara/gateways/feed.h"
#include "mentara/services/sync_service.h"
#include "mentara/storage/store.h"
#include "wire/base/json.h"
#include "wire/sio/namespace.h"

namespace mentara::gateways {

// What every namespace has in common: who may connect, what he hears first, how long his token lasts, and what is
// forgotten when he leaves. One for each namespace and loop; what is shared lives on the home loop.
class Admission {
 public:
  struct Parts {
    const auth::Authenticator& authenticator; // any thread
    const connections::Home& home;
    // on the home loop
    connections::ConnectionManager& connections;
    storage::Store& store;
    services::SyncService& sync;
    events::EventBus& bus;
    Disconnector& disconnector;
    EventLimits& event_limits;     // any thread
    auth::FailureBudget& failures; // likewise
    const WallClock& clock;        // likewise
  };

  Admission(const Parts& parts, Feed& feed, Channel channel);

  // Before the gateway's own handlers are registered, so that `connected` is the first event of a socket.
  void guard(wire::sio::Namespace& nsp);

  // For each event of a client, before anything is done for it: rate_limited, if it comes too often. Who goes on
  // nevertheless is cut.
  std::optional<Failure> throttle(wire::sio::Socket& socket, std::string_view event);

  const connections::Tally& tally() const { return tally_; } // on the loop

 private:
  void authenticate(wire::sio::Socket& socket, wire::sio::Next next);
  void refuse(wire::sio::Next& next, const Failure& failure);
  void admit(wire::sio::Socket& socket, Identity identity, Listener listener, std::string cursor, wire::sio::Next next);
  void welcome(wire::sio::Socket& socket);
  void refresh(wire::sio::Socket& socket, const contract::RefreshToken& request, Answer answer);
  void forget(wire::sio::Socket& socket, wire::sio::DisconnectReason reason);
  static std::uint64_t connection_of(wire::sio::Socket& socket); // for LogScope
  events::Metadata metadata(const wire::sio::Socket& socket) const;

  const Parts parts_;
  Feed& feed_;
  const Channel channel_;
  wire::JsonParser json_;
  connections::Tally tally_;
};

} // namespace mentara::gateways
