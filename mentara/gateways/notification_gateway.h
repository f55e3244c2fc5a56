#pragma once

#include "mentara/contract/event_table.h"
#include "mentara/gateways/admission.h"
#include "mentara/gateways/answer.h"
#include "mentara/gateways/feed.h"
#include "mentara/requests/notification_requests.h"
#include "wire/net/loop.h"
#include "wire/sio/server.h"

namespace mentara::gateways {

// The namespace /notifications on one loop; see MessagingGateway.
class NotificationGateway {
 public:
  using Services = requests::NotificationRequests::Services;

  NotificationGateway(wire::sio::Server& io, const Admission::Parts& admission, Services services);
  NotificationGateway(const NotificationGateway&) = delete;
  NotificationGateway& operator=(const NotificationGateway&) = delete;

  Feed& feed() { return feed_; }
  const connections::Tally& tally() const { return admission_.tally(); } // on the loop

 private:
  // Of those that mean the same over REST.
  template <class Payload, class AckPayload>
  void on(const contract::ClientEvent<Payload, AckPayload>& event,
          void (requests::NotificationRequests::*ask)(services::Actor, Payload, requests::Reply));
  void on_sync_ack(wire::sio::Socket& socket, contract::ConfirmCursor request, Answer answer);
  void tell_unread_count(wire::sio::Socket& socket);

  // constant after construction
  wire::net::Loop& loop_;
  wire::sio::Namespace& nsp_;

  // owned by the loop
  requests::NotificationRequests requests_;
  Feed feed_;
  Admission admission_;
};

} // namespace mentara::gateways
