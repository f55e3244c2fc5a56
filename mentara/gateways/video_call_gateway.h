#pragma once

#include <string_view>
#include <utility>

#include "mentara/contract/event_table.h"
#include "mentara/gateways/admission.h"
#include "mentara/gateways/answer.h"
#include "mentara/gateways/feed.h"
#include "mentara/requests/call_requests.h"
#include "mentara/services/call_actor.h"
#include "mentara/services/conference_service.h"
#include "wire/net/loop.h"
#include "wire/sio/server.h"

namespace mentara::gateways {

// The namespace /video-calls on one loop: understands what a client asks, brings it to the services on the home loop,
// answers. What the others hear comes back through VideoCallNews and WebSocketEventService, never from here.
class VideoCallGateway {
 public:
  struct Services {
    services::CallService& calls;             // on the home loop
    services::ConferenceService& conferences; // likewise
    const services::IceService& ice;          // any thread
  };

  VideoCallGateway(wire::sio::Server& io, const Admission::Parts& admission, Services services);
  VideoCallGateway(const VideoCallGateway&) = delete;
  VideoCallGateway& operator=(const VideoCallGateway&) = delete;

  Feed& feed() { return feed_; }
  const connections::Tally& tally() const { return admission_.tally(); } // on the loop

 private:
  using Socket = wire::sio::Socket;

  template <class Payload, class AckPayload, class Handler> // handler(Socket&, Payload, Answer)
  void handle(const contract::ClientEvent<Payload, AckPayload>& event, Handler handler);
  template <class Payload, class AckPayload>
  void on(const contract::ClientEvent<Payload, AckPayload>& event,
          void (VideoCallGateway::*handler)(Socket&, Payload, Answer));
  // Of those that mean the same over REST.
  template <class Payload, class AckPayload>
  void on(const contract::ClientEvent<Payload, AckPayload>& event,
          void (requests::CallRequests::*ask)(services::Actor, Payload, requests::Reply));

  void on_offer(Socket& socket, contract::OfferCall request, Answer answer);
  void on_answer(Socket& socket, contract::AnswerCall request, Answer answer);
  void on_candidates(Socket& socket, contract::SendCandidates request, Answer answer);
  void on_renegotiate(Socket& socket, contract::Renegotiate request, Answer answer);
  void on_media_state(Socket& socket, contract::SetMediaState request, Answer answer);
  void on_reject(Socket& socket, contract::FinishCall request, Answer answer);
  void on_cancel(Socket& socket, contract::FinishCall request, Answer answer);
  void on_end(Socket& socket, contract::FinishCall request, Answer answer);
  void on_stats(Socket& socket, contract::ReportCall request, Answer answer);
  void on_room_join(Socket& socket, contract::JoinRoom request, Answer answer);
  void on_room_leave(Socket& socket, contract::LeaveRoom request, Answer answer);
  void on_room_signal(Socket& socket, contract::SignalInRoom request, Answer answer);
  void on_sync_ack(Socket& socket, contract::ConfirmCursor request, Answer answer);

  void finish(CallEvent event, Socket& socket, contract::FinishCall request, Answer answer);
  // `ask(CallActor, Done<T>)` on the home loop.
  template <class T, class Ask>
  void ask_home(Socket& socket, Ask ask, Done<T> done);
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
