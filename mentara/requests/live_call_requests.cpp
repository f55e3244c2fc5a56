#include "mentara/requests/live_call_requests.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "mentara/contract/call_payloads.h"
#include "mentara/contract/decode.h"
#include "mentara/contract/event_table.h"

namespace mentara::requests {

using wire::Result;
namespace event = contract::video_calls::client_event;

namespace {

template <class T, class ToAck> // to_ack(const T&) gives a payload that may borrow
Done<T> as_ack(Reply reply, ToAck to_ack) {
  return [reply = std::move(reply), to_ack = std::move(to_ack)](Result<T, Failure> result) mutable {
    if (!result) return reply(std::move(result.error()));
    reply(wire::to_json(to_ack(*result)));
  };
}

Done<Call> call_ack(Reply reply) {
  return as_ack<Call>(std::move(reply),
                      [](const Call& call) { return contract::CallAck{.call = contract::CallShape(call)}; });
}

Done<std::monostate> plain_ack(Reply reply) {
  return as_ack<std::monostate>(std::move(reply), [](std::monostate) { return contract::PlainAck{}; });
}

} // namespace

// --- calls ---

void LiveCallRequests::offer(CallActor actor, contract::OfferCall request, Reply reply) {
  services::NewCall call{std::move(request.callId), std::move(request.toUserId), std::move(request.offer.value),
                         to_domain(request.media)};
  calls_.offer(std::move(actor), std::move(call), call_ack(std::move(reply)));
}

void LiveCallRequests::answer(CallActor actor, contract::AnswerCall request, Reply reply) {
  calls_.answer(std::move(actor), std::move(request.callId), std::move(request.toUserId),
                std::move(request.answer.value), call_ack(std::move(reply)));
}

void LiveCallRequests::candidates(CallActor actor, contract::SendCandidates request, Reply reply) {
  std::vector<std::string> candidates;
  if (request.candidate) candidates.push_back(std::move(request.candidate->value));
  for (contract::Signal& candidate : request.candidates.value) candidates.push_back(std::move(candidate.value));
  calls_.candidates(std::move(actor), std::move(request.callId), std::move(request.toUserId), std::move(candidates),
                    plain_ack(std::move(reply)));
}

void LiveCallRequests::renegotiate(CallActor actor, contract::Renegotiate request, Reply reply) {
  calls_.renegotiate(std::move(actor), std::move(request.callId), std::move(request.toUserId),
                     std::move(request.description.value), request.restart.value, plain_ack(std::move(reply)));
}

void LiveCallRequests::media_state(CallActor actor, contract::SetMediaState request, Reply reply) {
  calls_.set_media_state(std::move(actor), std::move(request.callId),
                         {request.audio, request.video, request.screen, request.hold}, plain_ack(std::move(reply)));
}

void LiveCallRequests::reject(CallActor actor, contract::FinishCall request, Reply reply) {
  finish(CallEvent::reject, std::move(actor), std::move(request), std::move(reply));
}

void LiveCallRequests::cancel(CallActor actor, contract::FinishCall request, Reply reply) {
  finish(CallEvent::cancel, std::move(actor), std::move(request), std::move(reply));
}

void LiveCallRequests::end(CallActor actor, contract::FinishCall request, Reply reply) {
  finish(CallEvent::end, std::move(actor), std::move(request), std::move(reply));
}

void LiveCallRequests::finish(CallEvent event, CallActor actor, contract::FinishCall request, Reply reply) {
  const bool failed = request.reason && request.reason->value == to_string(EndReason::failed);
  calls_.finish(event, std::move(actor), std::move(request.callId), failed, call_ack(std::move(reply)));
}

void LiveCallRequests::stats(CallActor actor, contract::ReportCall request, Reply reply) {
  calls_.report(std::move(actor), std::move(request.callId), std::move(request.report.value),
                plain_ack(std::move(reply)));
}

// --- conferences ---

void LiveCallRequests::room_join(CallActor actor, contract::JoinRoom request, Reply reply) {
  using Participants = std::vector<ConferenceParticipant>;
  auto done = [this, user = actor.user.id, reply = std::move(reply)](Result<Participants, Failure> there) mutable {
    if (!there) return reply(std::move(there.error()));
    const IceServers ice = ice_.for_user(user);
    reply(wire::to_json(contract::RoomAck{.participants = {*there}, .iceServers = {ice.servers}}));
  };
  conferences_.join(std::move(actor), std::move(request.roomId), to_domain(request.media), std::move(done));
}

void LiveCallRequests::room_leave(CallActor actor, contract::LeaveRoom request, Reply reply) {
  conferences_.leave(actor, request.roomId, plain_ack(std::move(reply)));
}

void LiveCallRequests::room_signal(CallActor actor, contract::SignalInRoom request, Reply reply) {
  conferences_.signal(actor, request.roomId, request.toUserId, request.toDeviceId, request.signal.value,
                      plain_ack(std::move(reply)));
}

// --- of other nodes ---

void LiveCallRequests::ask(std::string_view name, CallActor actor, std::string_view payload, Reply reply) {
  const auto parsed = parser_.parse(payload);
  if (!parsed) return reply(invalid({}, "the payload must be an object"));
  bool found = false;
  const auto look = [&]<class Payload, class Ack>(const contract::ClientEvent<Payload, Ack>& known,
                                                  void (LiveCallRequests::*handler)(CallActor, Payload, Reply)) {
    if (found || known.name != name) return;
    found = true;
    auto request = contract::decode<Payload>(*parsed, actor.user);
    if (!request) return reply(std::move(request.error()));
    (this->*handler)(std::move(actor), std::move(*request), std::move(reply));
  };
  look(event::offer, &LiveCallRequests::offer);
  look(event::answer, &LiveCallRequests::answer);
  look(event::ice_candidate, &LiveCallRequests::candidates);
  look(event::renegotiate, &LiveCallRequests::renegotiate);
  look(event::media_state, &LiveCallRequests::media_state);
  look(event::reject_call, &LiveCallRequests::reject);
  look(event::cancel_call, &LiveCallRequests::cancel);
  look(event::end_call, &LiveCallRequests::end);
  look(event::stats, &LiveCallRequests::stats);
  look(event::room_join, &LiveCallRequests::room_join);
  look(event::room_leave, &LiveCallRequests::room_leave);
  look(event::room_signal, &LiveCallRequests::room_signal);
  if (!found) reply(Failure{Code::unknown_event, "The node that keeps the calls does not know this event."});
}

} // namespace mentara::requests
