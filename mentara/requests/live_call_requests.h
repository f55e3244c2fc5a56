#pragma once

#include <string_view>

#include "mentara/contract/call_requests.h"
#include "mentara/requests/reply.h"
#include "mentara/services/call_actor.h"
#include "mentara/services/call_service.h"
#include "mentara/services/conference_service.h"
#include "mentara/services/ice_service.h"
#include "wire/base/json.h"

namespace mentara::requests {

// What devices ask of calls and conferences while they are in them. On the home loop, where the answers come too.
class LiveCallRequests {
 public:
  using CallActor = services::CallActor;

  LiveCallRequests(services::CallService& calls, services::ConferenceService& conferences,
                   const services::IceService& ice)
      : calls_(calls), conferences_(conferences), ice_(ice) {}

  void offer(CallActor actor, contract::OfferCall request, Reply reply);
  void answer(CallActor actor, contract::AnswerCall request, Reply reply);
  void candidates(CallActor actor, contract::SendCandidates request, Reply reply);
  void renegotiate(CallActor actor, contract::Renegotiate request, Reply reply);
  void media_state(CallActor actor, contract::SetMediaState request, Reply reply);
  void reject(CallActor actor, contract::FinishCall request, Reply reply);
  void cancel(CallActor actor, contract::FinishCall request, Reply reply);
  void end(CallActor actor, contract::FinishCall request, Reply reply);
  void stats(CallActor actor, contract::ReportCall request, Reply reply);
  void room_join(CallActor actor, contract::JoinRoom request, Reply reply);
  void room_leave(CallActor actor, contract::LeaveRoom request, Reply reply);
  void room_signal(CallActor actor, contract::SignalInRoom request, Reply reply);

  // The same as a client of another node has asked it: the event, and its payload as JSON.
  void ask(std::string_view event, CallActor actor, std::string_view payload, Reply reply);

 private:
  void finish(CallEvent event, CallActor actor, contract::FinishCall request, Reply reply);

  services::CallService& calls_;
  services::ConferenceService& conferences_;
  const services::IceService& ice_; // any thread
  wire::JsonParser parser_;
};

} // namespace mentara::requests
