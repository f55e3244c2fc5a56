#pragma once

#include <boost/describe/class.hpp>
#include <optional>
#include <string>

#include "mentara/contract/constraints.h"
#include "mentara/contract/messaging_requests.h"
#include "mentara/domain/call.h"
#include "mentara/domain/id.h"
#include "mentara/limits.h"

// What clients send to /video-calls. `fromUserId`, where it is, must be the caller's own (else forbidden); `toUserId`
// must be the other one of the call. Sessions, candidates and signals are objects that we relay and do not look into.
namespace mentara::contract {

using Signal = JsonObject<limits::signal_bytes_max>;
using ReasonText = Text<0, limits::reason_chars_max>;

struct MediaInput {
  Default<bool, true> audio;
  Default<bool, true> video;
  Default<bool, false> screen;
  Default<bool, false> hold;
};
BOOST_DESCRIBE_STRUCT(MediaInput, (), (audio, video, screen, hold))

CallMedia to_domain(const std::optional<MediaInput>& media);

// video:offer
struct OfferCall {
  CallId callId;
  std::optional<OwnUserId> fromUserId;
  UserId toUserId;
  Signal offer;
  std::optional<MediaInput> media; // none: audio and video
};
BOOST_DESCRIBE_STRUCT(OfferCall, (), (callId, fromUserId, toUserId, offer, media))

// video:answer
struct AnswerCall {
  CallId callId;
  std::optional<OwnUserId> fromUserId;
  std::optional<UserId> toUserId;
  Signal answer;
};
BOOST_DESCRIBE_STRUCT(AnswerCall, (), (callId, fromUserId, toUserId, answer))

// video:ice-candidate. One, or several at once; none at all (a candidate of null, as browsers give at the end) is
// nothing to relay.
struct SendCandidates {
  CallId callId;
  std::optional<OwnUserId> fromUserId;
  std::optional<UserId> toUserId;
  std::optional<Signal> candidate;
  OrEmpty<List<Signal, limits::candidates_max>> candidates;
};
BOOST_DESCRIBE_STRUCT(SendCandidates, (), (callId, fromUserId, toUserId, candidate, candidates))

// video:renegotiate
struct Renegotiate {
  CallId callId;
  std::optional<OwnUserId> fromUserId;
  std::optional<UserId> toUserId;
  Signal description;
  Default<bool, false> restart; // of ICE
};
BOOST_DESCRIBE_STRUCT(Renegotiate, (), (callId, fromUserId, toUserId, description, restart))

// video:media-state. What is none stays as it is.
struct SetMediaState {
  CallId callId;
  std::optional<bool> audio;
  std::optional<bool> video;
  std::optional<bool> screen;
  std::optional<bool> hold;
};
BOOST_DESCRIBE_STRUCT(SetMediaState, (), (callId, audio, video, screen, hold))

// video:reject-call, video:cancel-call, video:end-call. The reason "failed" of an end says that the devices found no
// way to each other; any other text is the client's own.
struct FinishCall {
  CallId callId;
  std::optional<ReasonText> reason;
};
BOOST_DESCRIBE_STRUCT(FinishCall, (), (callId, reason))

// video:stats
struct ReportCall {
  CallId callId;
  JsonObject<limits::call_report_bytes_max> report;
};
BOOST_DESCRIBE_STRUCT(ReportCall, (), (callId, report))

// video:ice-servers
struct AskIceServers {};
BOOST_DESCRIBE_STRUCT(AskIceServers, (), ())

// video:history. Newest first; `before` is the nextCursor of the page that came last.
struct ListCalls {
  std::optional<Cursor> before;
  Default<Integer<1, limits::calls_page_max>, 20> limit;
};
BOOST_DESCRIBE_STRUCT(ListCalls, (), (before, limit))

// video:room-join
struct JoinRoom {
  ConversationId roomId;
  std::optional<MediaInput> media;
};
BOOST_DESCRIBE_STRUCT(JoinRoom, (), (roomId, media))

// video:room-leave
struct LeaveRoom {
  ConversationId roomId;
};
BOOST_DESCRIBE_STRUCT(LeaveRoom, (), (roomId))

// video:room-signal
struct SignalInRoom {
  ConversationId roomId;
  UserId toUserId;
  DeviceId toDeviceId;
  Signal signal;
};
BOOST_DESCRIBE_STRUCT(SignalInRoom, (), (roomId, toUserId, toDeviceId, signal))

} // namespace mentara::contract
