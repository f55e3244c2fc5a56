#include "mentara/contract/call_payloads.h"

#include "mentara/contract/writer.h"

namespace mentara::contract {
namespace {

std::optional<std::string_view> unless_empty(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

} // namespace

CallShape::CallShape(const Call& call)
    : callId(call.id.value),
      fromUserId(call.from_user_id.value),
      toUserId(call.to_user_id.value),
      state(to_string(call.state)),
      media(call.media),
      startedAt(call.started_at),
      answeredAt(call.answered_at),
      endedAt(call.ended_at),
      durationMs(call.duration_ms()) {
  if (call.reason) reason = to_string(*call.reason);
}

IceServerShape::IceServerShape(const IceServer& server)
    : urls{server.urls}, username(unless_empty(server.username)), credential(unless_empty(server.credential)) {}

ConferenceParticipantShape::ConferenceParticipantShape(const ConferenceParticipant& participant)
    : userId(participant.user_id.value),
      deviceId(participant.device_id.value),
      name(unless_empty(participant.name)),
      media(participant.media) {}

CallOver::CallOver(const Call& call, std::string_view at_cursor)
    : callId(call.id.value),
      fromUserId(call.from_user_id.value),
      toUserId(call.to_user_id.value),
      reason(to_string(call.reason.value_or(EndReason::failed))),
      durationMs(call.duration_ms()),
      cursor(at_cursor) {}

void append_json(std::string& out, const CallAck& ack) { write(out, ack); }
void append_json(std::string& out, const IceServersAck& ack) { write(out, ack); }
void append_json(std::string& out, const CallsAck& ack) { write(out, ack); }
void append_json(std::string& out, const RoomAck& ack) { write(out, ack); }
void append_json(std::string& out, const IncomingCall& call) { write(out, call); }
void append_json(std::string& out, const CallRings& rings) { write(out, rings); }
void append_json(std::string& out, const AnswerReceived& received) { write(out, received); }
void append_json(std::string& out, const CandidateReceived& received) { write(out, received); }
void append_json(std::string& out, const Renegotiated& renegotiated) { write(out, renegotiated); }
void append_json(std::string& out, const MediaStateChanged& changed) { write(out, changed); }
void append_json(std::string& out, const CallOver& over) { write(out, over); }
void append_json(std::string& out, const AnsweredElsewhere& answered) { write(out, answered); }
void append_json(std::string& out, const PeerReconnecting& reconnecting) { write(out, reconnecting); }
void append_json(std::string& out, const PeerReconnected& reconnected) { write(out, reconnected); }
void append_json(std::string& out, const RoomChanged& changed) { write(out, changed); }
void append_json(std::string& out, const RoomSignal& signal) { write(out, signal); }

} // namespace mentara::contract
