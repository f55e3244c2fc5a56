#include "mentara/gateways/video_call_gateway.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mentara/contract/call_payloads.h"
#include "mentara/contract/decode.h"
#include "mentara/gateways/caller.h"

namespace mentara::gateways {

using requests::CallRequests;
using services::CallActor;
using wire::Result;
namespace event = contract::video_calls::client_event;

namespace {

Done<Call> call_reply(Answer answer) {
  return [answer = std::move(answer)](Result<Call, Failure> call) mutable {
    if (!call) return answer.failure(call.error());
    answer.success(contract::CallAck{.call = contract::CallShape(*call)});
  };
}

Done<std::monostate> plain_reply(Answer answer) { return std::move(answer).as_reply(contract::PlainAck{}); }

} // namespace

VideoCallGateway::VideoCallGateway(wire::sio::Server& io, const Admission::Parts& admission, Services services)
    : loop_(io.loop()),
      nsp_(io.of(contract::video_calls::nsp)),
      home_(admission.home),
      services_(services),
      requests_(admission.home, loop_, services.calls, services.ice),
      feed_(nsp_, admission.home, admission.sync),
      admission_(admission, feed_, Channel::VIDEO_CALLS) {
  admission_.guard(nsp_);
  on(event::offer, &VideoCallGateway::on_offer);
  on(event::answer, &VideoCallGateway::on_answer);
  on(event::ice_candidate, &VideoCallGateway::on_candidates);
  on(event::renegotiate, &VideoCallGateway::on_renegotiate);
  on(event::media_state, &VideoCallGateway::on_media_state);
  on(event::reject_call, &VideoCallGateway::on_reject);
  on(event::cancel_call, &VideoCallGateway::on_cancel);
  on(event::end_call, &VideoCallGateway::on_end);
  on(event::stats, &VideoCallGateway::on_stats);
  on(event::ice_servers, &CallRequests::ice_servers);
  on(event::history, &CallRequests::history);
  on(event::room_join, &VideoCallGateway::on_room_join);
  on(event::room_leave, &VideoCallGateway::on_room_leave);
  on(event::room_signal, &VideoCallGateway::on_room_signal);
  on(event::sync_ack, &VideoCallGateway::on_sync_ack);

  nsp_.on_unhandled([this](Socket& socket, std::string_view name, const wire::sio::Args&, wire::sio::Ack ack) {
    Answer answer(socket, name, std::move(ack));
    if (const auto limited = admission_.throttle(socket, name)) return answer.failure(*limited);
    answer.failure(
        {Code::unknown_event, "There is no such event in /video-calls. Is its name spelt as in the contract?"});
  });
  nsp_.on_connection([this](Socket& socket) {
    home_.run(loop_, [this, actor = call_actor_of(socket)] {
      services_.conferences.connect(actor);
      services_.calls.connect(actor);
    });
  });
  nsp_.on_disconnect([this](Socket& socket, wire::sio::DisconnectReason) {
    home_.run(loop_, [this, actor = call_actor_of(socket)] {
      services_.conferences.disconnect(actor);
      services_.calls.disconnect(actor);
    });
  });
}

CallActor VideoCallGateway::call_actor_of(const Socket& socket) {
  const Caller& caller = caller_of(socket);
  return {caller.user(), caller.device_id, socket.id()};
}

template <class Payload, class AckPayload, class Handler>
void VideoCallGateway::handle(const contract::ClientEvent<Payload, AckPayload>& client_event, Handler handler) {
  nsp_.on(client_event.name,
          [this, name = client_event.name, handler](Socket& socket, const wire::sio::Args& args, wire::sio::Ack ack) {
            Answer answer(socket, name, std::move(ack));
            if (const auto limited = admission_.throttle(socket, name)) return answer.failure(*limited);
            auto request = contract::decode<Payload>(args.empty() ? std::nullopt : std::optional(args[0]),
                                                     caller_of(socket).user());
            if (!request) return answer.failure(request.error());
            handler(socket, std::move(*request), std::move(answer));
          });
}

template <class Payload, class AckPayload>
void VideoCallGateway::on(const contract::ClientEvent<Payload, AckPayload>& client_event,
                          void (VideoCallGateway::*handler)(Socket&, Payload, Answer)) {
  handle(client_event, [this, handler](Socket& socket, Payload request, Answer answer) {
    (this->*handler)(socket, std::move(request), std::move(answer));
  });
}

template <class Payload, class AckPayload>
void VideoCallGateway::on(const contract::ClientEvent<Payload, AckPayload>& client_event,
                          void (CallRequests::*ask)(services::Actor, Payload, requests::Reply)) {
  handle(client_event, [this, ask](Socket& socket, Payload request, Answer answer) {
    (requests_.*ask)(actor_of(socket), std::move(request), std::move(answer).as_reply());
  });
}

template <class T, class Ask>
void VideoCallGateway::ask_home(Socket& socket, Ask ask, Done<T> done) {
  home_.run(loop_,
            [ask = std::move(ask), actor = call_actor_of(socket),
             done = home_.answer_on<T>(loop_, std::move(done))]() mutable { ask(std::move(actor), std::move(done)); });
}

// --- calls ---

void VideoCallGateway::on_offer(Socket& socket, contract::OfferCall request, Answer answer) {
  services::NewCall call{std::move(request.callId), std::move(request.toUserId), std::move(request.offer.value),
                         to_domain(request.media)};
  ask_home<Call>(
      socket,
      [this, call = std::move(call)](CallActor actor, Done<Call> done) mutable {
        services_.calls.offer(std::move(actor), std::move(call), std::move(done));
      },
      call_reply(std::move(answer)));
}

void VideoCallGateway::on_answer(Socket& socket, contract::AnswerCall request, Answer answer) {
  ask_home<Call>(
      socket,
      [this, request = std::move(request)](CallActor actor, Done<Call> done) mutable {
        services_.calls.answer(std::move(actor), std::move(request.callId), std::move(request.toUserId),
                               std::move(request.answer.value), std::move(done));
      },
      call_reply(std::move(answer)));
}

void VideoCallGateway::on_candidates(Socket& socket, contract::SendCandidates request, Answer answer) {
  std::vector<std::string> candidates;
  if (request.candidate) candidates.push_back(std::move(request.candidate->value));
  for (contract::Signal& candidate : request.candidates.value) candidates.push_back(std::move(candidate.value));
  ask_home<std::monostate>(
      socket,
      [this, call = std::move(request.callId), to = std::move(request.toUserId), candidates = std::move(candidates)](
          CallActor actor, Done<std::monostate> done) mutable {
        services_.calls.candidates(std::move(actor), std::move(call), std::move(to), std::move(candidates),
                                   std::move(done));
      },
      plain_reply(std::move(answer)));
}

void VideoCallGateway::on_renegotiate(Socket& socket, contract::Renegotiate request, Answer answer) {
  ask_home<std::monostate>(
      socket,
      [this, request = std::move(request)](CallActor actor, Done<std::monostate> done) mutable {
        services_.calls.renegotiate(std::move(actor), std::move(request.callId), std::move(request.toUserId),
                                    std::move(request.description.value), request.restart.value, std::move(done));
      },
      plain_reply(std::move(answer)));
}

void VideoCallGateway::on_media_state(Socket& socket, contract::SetMediaState request, Answer answer) {
  const services::MediaChange change{request.audio, request.video, request.screen, request.hold};
  ask_home<std::monostate>(
      socket,
      [this, call = std::move(request.callId), change](CallActor actor, Done<std::monostate> done) mutable {
        services_.calls.set_media_state(std::move(actor), std::move(call), change, std::move(done));
      },
      plain_reply(std::move(answer)));
}

void VideoCallGateway::on_reject(Socket& socket, contract::FinishCall request, Answer answer) {
  finish(CallEvent::reject, socket, std::move(request), std::move(answer));
}

void VideoCallGateway::on_cancel(Socket& socket, contract::FinishCall request, Answer answer) {
  finish(CallEvent::cancel, socket, std::move(request), std::move(answer));
}

void VideoCallGateway::on_end(Socket& socket, contract::FinishCall request, Answer answer) {
  finish(CallEvent::end, socket, std::move(request), std::move(answer));
}

void VideoCallGateway::finish(CallEvent event, Socket& socket, contract::FinishCall request, Answer answer) {
  const bool failed = request.reason && request.reason->value == to_string(EndReason::failed);
  ask_home<Call>(
      socket,
      [this, event, call = std::move(request.callId), failed](CallActor actor, Done<Call> done) mutable {
        services_.calls.finish(event, std::move(actor), std::move(call), failed, std::move(done));
      },
      call_reply(std::move(answer)));
}

void VideoCallGateway::on_stats(Socket& socket, contract::ReportCall request, Answer answer) {
  ask_home<std::monostate>(
      socket,
      [this, request = std::move(request)](CallActor actor, Done<std::monostate> done) mutable {
        services_.calls.report(std::move(actor), std::move(request.callId), std::move(request.report.value),
                               std::move(done));
      },
      plain_reply(std::move(answer)));
}

// --- conferences ---

void VideoCallGateway::on_room_join(Socket& socket, contract::JoinRoom request, Answer answer) {
  using Participants = std::vector<ConferenceParticipant>;
  ask_home<Participants>(
      socket,
      [this, room = std::move(request.roomId), media = to_domain(request.media)](CallActor actor,
                                                                                 Done<Participants> done) mutable {
        services_.conferences.join(std::move(actor), std::move(room), media, std::move(done));
      },
      [this, user = caller_of(socket).user().id,
       answer = std::move(answer)](Result<Participants, Failure> there) mutable {
        if (!there) return answer.failure(there.error());
        const IceServers ice = services_.ice.for_user(user);
        answer.success(contract::RoomAck{.participants = {*there}, .iceServers = {ice.servers}});
      });
}

void VideoCallGateway::on_room_leave(Socket& socket, contract::LeaveRoom request, Answer answer) {
  ask_home<std::monostate>(
      socket,
      [this, room = std::move(request.roomId)](const CallActor& actor, Done<std::monostate> done) {
        services_.conferences.leave(actor, room, std::move(done));
      },
      plain_reply(std::move(answer)));
}

void VideoCallGateway::on_room_signal(Socket& socket, contract::SignalInRoom request, Answer answer) {
  ask_home<std::monostate>(
      socket,
      [this, request = std::move(request)](const CallActor& actor, Done<std::monostate> done) {
        services_.conferences.signal(actor, request.roomId, request.toUserId, request.toDeviceId, request.signal.value,
                                     std::move(done));
      },
      plain_reply(std::move(answer)));
}

// --- what the device has ---

void VideoCallGateway::on_sync_ack(Socket& socket, contract::ConfirmCursor request, Answer answer) {
  feed_.prove_cursor(socket, std::move(request.cursor.value), plain_reply(std::move(answer)));
}

} // namespace mentara::gateways
