#include "mentara/gateways/video_call_news.h"

#include "mentara/connections/rooms.h"
#include "mentara/contract/event_table.h"

namespace mentara::gateways {

using connections::user_room;
namespace news = contract::video_calls::server_event;

std::string_view end_event_name(CallEndNews end) {
  switch (end) {
    case CallEndNews::rejected:
      return news::call_rejected.name;
    case CallEndNews::ended:
      return news::call_ended.name;
    case CallEndNews::missed:
      return news::call_missed.name;
    case CallEndNews::nothing:
      break;
  }
  return {};
}

VideoCallNews::VideoCallNews(wire::sio::Server& io) : nsp_(io.of(contract::video_calls::nsp)) {}

void VideoCallNews::incoming(const Call& call, const User& caller, const std::string& offer, UnixTime expires_at,
                             const std::string& socket) {
  nsp_.to(socket.empty() ? user_room(call.to_user_id) : socket)
      .emit(news::incoming_call.name,
            contract::IncomingCall{call.id.value, call.from_user_id.value, contract::UserShape(caller),
                                   wire::RawJson{offer}, contract::MediaShape(call.media), expires_at});
}

void VideoCallNews::ringing(const Call& call, UnixTime expires_at, const std::string& socket) {
  nsp_.to(socket).emit(news::ringing.name, contract::CallRings{call.id.value, call.to_user_id.value, expires_at});
}

void VideoCallNews::signal(const Call& call, CallSide from, const CallSignal& signal, const std::string& socket) {
  const std::string& user = call.user(from).value;
  const wire::RawJson body{signal.body};
  switch (signal.kind) {
    case CallSignal::Kind::answer:
      nsp_.to(socket).emit(news::answer_received.name, contract::AnswerReceived{call.id.value, user, body});
      break;
    case CallSignal::Kind::candidate:
      nsp_.to(socket).emit(news::ice_candidate.name, contract::CandidateReceived{call.id.value, user, body});
      break;
    case CallSignal::Kind::renegotiate:
      nsp_.to(socket).emit(news::renegotiate.name, contract::Renegotiated{call.id.value, user, body, signal.restart});
      break;
  }
}

void VideoCallNews::media_state(const Call& call, CallSide from, const CallMedia& media, const std::string& socket) {
  nsp_.to(socket).emit(news::media_state.name,
                       contract::MediaStateChanged{call.id.value, call.user(from).value, media.audio, media.video,
                                                   media.screen, media.hold});
}

void VideoCallNews::answered(const Call& call, const std::string& by_socket) {
  nsp_.to(user_room(call.to_user_id))
      .except(by_socket)
      .emit(news::answered_elsewhere.name, contract::AnsweredElsewhere{call.id.value});
}

void VideoCallNews::answered_elsewhere(const Call& call, const std::string& socket) {
  nsp_.to(socket).emit(news::answered_elsewhere.name, contract::AnsweredElsewhere{call.id.value});
}

void VideoCallNews::peer_reconnecting(const Call& call, CallSide who, UnixTime until, const std::string& socket) {
  nsp_.to(socket).emit(news::peer_reconnecting.name,
                       contract::PeerReconnecting{call.id.value, call.user(who).value, until});
}

void VideoCallNews::peer_reconnected(const Call& call, CallSide who, const std::string& socket) {
  nsp_.to(socket).emit(news::peer_reconnected.name, contract::PeerReconnected{call.id.value, call.user(who).value});
}

void VideoCallNews::ended_unstored(const Call& call, const std::string& asked_by) {
  for (const CallSide to : {CallSide::caller, CallSide::callee}) {
    const std::string_view name = end_event_name(call_end_news(call, to));
    if (name.empty()) continue;
    nsp_.to(user_room(call.user(to))).except(asked_by).emit(name, contract::CallOver(call, {}));
  }
}

void VideoCallNews::joined(const ConversationId& room, const ConferenceParticipant& who,
                           const std::vector<std::string>& sockets) {
  const contract::RoomChanged changed{room.value, contract::ConferenceParticipantShape(who)};
  for (const std::string& socket : sockets) nsp_.to(socket).emit(news::participant_joined.name, changed);
}

void VideoCallNews::left(const ConversationId& room, const ConferenceParticipant& who,
                         const std::vector<std::string>& sockets) {
  const contract::RoomChanged changed{room.value, contract::ConferenceParticipantShape(who)};
  for (const std::string& socket : sockets) nsp_.to(socket).emit(news::participant_left.name, changed);
}

void VideoCallNews::signal(const ConversationId& room, const ConferenceParticipant& from, const std::string& signal,
                           const std::string& socket) {
  nsp_.to(socket).emit(news::room_signal.name, contract::RoomSignal{room.value, from.user_id.value,
                                                                    from.device_id.value, wire::RawJson{signal}});
}

} // namespace mentara::gateways
