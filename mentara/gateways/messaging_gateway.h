#pragma once

#include <string>
#include <utility>

#include "mentara/connections/home.h"
#include "mentara/connections/viewer_service.h"
#include "mentara/contract/event_table.h"
#include "mentara/gateways/admission.h"
#include "mentara/gateways/answer.h"
#include "mentara/gateways/feed.h"
#include "mentara/gateways/typing.h"
#include "mentara/requests/messaging_requests.h"
#include "mentara/requests/presence_requests.h"
#include "wire/net/loop.h"
#include "wire/sio/server.h"

namespace mentara::gateways {

// The namespace /messaging on one loop: understands what a client asks, brings it to the services on the home loop,
// answers. What the services changed comes back by event (services' bus → websocket_event_service), never from here.
class MessagingGateway {
 public:
  using Services = requests::MessagingRequests::Services;

  MessagingGateway(wire::sio::Server& io, const Admission::Parts& admission, Services services,
                   connections::PresenceService& presence, connections::ViewerService& viewers);
  MessagingGateway(const MessagingGateway&) = delete;
  MessagingGateway& operator=(const MessagingGateway&) = delete;

  Feed& feed() { return feed_; }
  const connections::Tally& tally() const { return admission_.tally(); } // on the loop

 private:
  template <class Payload, class AckPayload>
  void on(const contract::ClientEvent<Payload, AckPayload>& event,
          void (MessagingGateway::*handler)(wire::sio::Socket&, Payload, Answer));

  // Of those that mean the same over REST.
  template <class Payload, class AckPayload>
  void on(const contract::ClientEvent<Payload, AckPayload>& event,
          void (requests::MessagingRequests::*ask)(services::Actor, Payload, requests::Reply)) {
    on(event, requests_, ask);
  }
  template <class Payload, class AckPayload>
  void on(const contract::ClientEvent<Payload, AckPayload>& event,
          void (requests::PresenceRequests::*ask)(services::Actor, Payload, requests::Reply)) {
    on(event, presence_requests_, ask);
  }
  template <class Payload, class AckPayload, class Requests>
  void on(const contract::ClientEvent<Payload, AckPayload>& event, Requests& to,
          void (Requests::*ask)(services::Actor, Payload, requests::Reply));

  void on_message_delivered(wire::sio::Socket& socket, contract::ConfirmDelivery request, Answer answer);
  void on_sync_ack(wire::sio::Socket& socket, contract::ConfirmCursor request, Answer answer);
  void on_typing_start(wire::sio::Socket& socket, contract::WhichConversation request, Answer answer);
  void on_typing_stop(wire::sio::Socket& socket, contract::WhichConversation request, Answer answer);
  void on_conversation_join(wire::sio::Socket& socket, contract::WhichConversation request, Answer answer);
  void on_conversation_leave(wire::sio::Socket& socket, contract::WhichConversation request, Answer answer);

  void begin_typing(const Typing::Typist& typist);
  void tell_typing(const Typing::Typist& typist, bool is_typing);
  void end_typing(const std::vector<Typing::Typist>& typists);
  void expire_typing();
  void arm_typing();

  // constant after construction
  wire::net::Loop& loop_;
  wire::sio::Namespace& nsp_;
  const connections::Home& home_;
  connections::ViewerService& viewers_; // on the home loop

  // owned by the loop
  requests::MessagingRequests requests_;
  requests::PresenceRequests presence_requests_;
  Feed feed_;
  Admission admission_;
  Typing typing_;
  wire::net::Timer typing_timer_;
};

} // namespace mentara::gateways
