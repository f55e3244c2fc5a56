#pragma once

#include <string_view>
#include <utility>

#include "mentara/contract/event_table.h"
#include "mentara/gateways/admission.h"
#include "mentara/gateways/answer.h"
#include "mentara/gateways/call_desk.h"
#include "mentara/gateways/feed.h"
#include "mentara/requests/call_requests.h"
#include "mentara/requests/live_call_requests.h"
#include "mentara/services/call_actor.h"
#include "wire/net/loop.h"
#include "wire/sio/server.h"

namespace mentara::gateways {

// The namespace /video-calls on one loop: understands what a client asks, brings it to the services on the home loop,
// answers. With several nodes the services may be those of another one (CallDesk). What the others hear comes back
// through VideoCallNews and WebSocketEventService, never from here.
class VideoCallGateway {
 public:
  struct Services {
    services::CallService& calls;    // on the home loop
    CallDesk& desk;                  // likewise
    const services::IceService& ice; // any thread
  };

  VideoCallGateway(wire::sio::Server& io, const Admission::Parts& admission, Services services);
  VideoCallGateway(const VideoCallGateway&) = delete;
  VideoCallGateway& operator=(const VideoCallGateway&) = delete;

  Feed& feed() { return feed_; }
  const connections::Tally& tally() const { return admission_.tally(); } // on the loop

 private:
  using Socket = wire::sio::Socket;

  template <class Payload, class AckPayload, class Handler> // handler(Socket&, const Args&, Payload, Answer)
  void handle(const contract::ClientEvent<Payload, AckPayload>& event, Handler handler);
  // Of those that are asked in a call: where calls are kept.
  template <class Payload, class AckPayload>
  void on(const contract::ClientEvent<Payload, AckPayload>& event,
          void (requests::LiveCallRequests::*ask)(services::CallActor, Payload, requests::Reply));
  // Of those that mean the same over REST.
  template <class Payload, class AckPayload>
  void on(const contract::ClientEvent<Payload, AckPayload>& event,
          void (requests::CallRequests::*ask)(services::Actor, Payload, requests::Reply));

  void on_sync_ack(Socket& socket, contract::ConfirmCursor request, Answer answer);

  static services::CallActor call_actor_of(const Socket& socket);

  // constant after construction
  wire::net::Loop& loop_;
  wire::sio::Namespace& nsp_;
  const connections::Home& home_;
  const Services services_;

  // owned by the loop
  requests::CallRequests requests_;
  Feed feed_;
  Admission admission_;
};

} // namespace mentara::gateways
