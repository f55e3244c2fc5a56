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
using requests::LiveCallRequests;
using services::CallActor;
using wire::Result;
namespace event = contract::video_calls::client_event;

VideoCallGateway::VideoCallGateway(wire::sio::Server& io, const Admission::Parts& admission, Services services)
    : loop_(io.loop()),
      nsp_(io.of(contract::video_calls::nsp)),
      home_(admission.home),
      services_(services),
      requests_(admission.home, loop_, services.calls, services.ice),
      feed_(nsp_, admission.home, admission.sync),
      admission_(admission, feed_, Channel::VIDEO_CALLS) {
  admission_.guard(nsp_);
  on(event::offer, &LiveCallRequests::offer);
  on(event::answer, &LiveCallRequests::answer);
  on(event::ice_candidate, &LiveCallRequests::candidates);
  on(event::renegotiate, &LiveCallRequests::renegotiate);
  on(event::media_state, &LiveCallRequests::media_state);
  on(event::reject_call, &LiveCallRequests::reject);
  on(event::cancel_call, &LiveCallRequests::cancel);
  on(event::end_call, &LiveCallRequests::end);
  on(event::stats, &LiveCallRequests::stats);
  on(event::ice_servers, &CallRequests::ice_servers);
  on(event::history, &CallRequests::history);
  on(event::room_join, &LiveCallRequests::room_join);
  on(event::room_leave, &LiveCallRequests::room_leave);
  on(event::room_signal, &LiveCallRequests::room_signal);
  handle(event::sync_ack, [this](Socket& socket, const wire::sio::Args&, contract::ConfirmCursor request,
                                 Answer answer) { on_sync_ack(socket, std::move(request), std::move(answer)); });

  nsp_.on_unhandled([this](Socket& socket, std::string_view name, const wire::sio::Args&, wire::sio::Ack ack) {
    Answer answer(socket, name, std::move(ack));
    if (const auto limited = admission_.throttle(socket, name)) return answer.failure(*limited);
    answer.failure(
        {Code::unknown_event, "There is no such event in /video-calls. Is its name spelt as in the contract?"});
  });
  nsp_.on_connection([this](Socket& socket) {
    home_.run(loop_, [this, actor = call_actor_of(socket)] { services_.desk.connect(actor); });
  });
  nsp_.on_disconnect([this](Socket& socket, wire::sio::DisconnectReason) {
    home_.run(loop_, [this, actor = call_actor_of(socket)] { services_.desk.disconnect(actor); });
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
            handler(socket, args, std::move(*request), std::move(answer));
          });
}

template <class Payload, class AckPayload>
void VideoCallGateway::on(const contract::ClientEvent<Payload, AckPayload>& client_event,
                          void (LiveCallRequests::*ask)(CallActor, Payload, requests::Reply)) {
  handle(client_event, [this, name = client_event.name, ask](Socket& socket, const wire::sio::Args& args,
                                                             Payload request, Answer answer) {
    // As the client sent it, for a node that keeps the calls and is not this one.
    std::string payload;
    if (services_.desk.is_shared()) payload = args.empty() || !args[0].is_object() ? "{}" : args[0].to_text();
    home_.run(loop_, [this, name, ask, actor = call_actor_of(socket), request = std::move(request),
                      payload = std::move(payload),
                      reply = home_.answer_on<std::string>(loop_, std::move(answer).as_reply())]() mutable {
      services_.desk.ask(name, ask, std::move(actor), std::move(request), std::move(payload), std::move(reply));
    });
  });
}

template <class Payload, class AckPayload>
void VideoCallGateway::on(const contract::ClientEvent<Payload, AckPayload>& client_event,
                          void (CallRequests::*ask)(services::Actor, Payload, requests::Reply)) {
  handle(client_event, [this, ask](Socket& socket, const wire::sio::Args&, Payload request, Answer answer) {
    (requests_.*ask)(actor_of(socket), std::move(request), std::move(answer).as_reply());
  });
}

// --- what the device has ---

void VideoCallGateway::on_sync_ack(Socket& socket, contract::ConfirmCursor request, Answer answer) {
  feed_.prove_cursor(socket, std::move(request.cursor.value), std::move(answer).as_reply(contract::PlainAck{}));
}

} // namespace mentara::gateways
