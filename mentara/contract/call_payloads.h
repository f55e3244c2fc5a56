#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mentara/contract/messaging_acks.h"
#include "mentara/contract/shapes.h"
#include "mentara/domain/call.h"
#include "mentara/domain/conference.h"
#include "mentara/domain/ice_server.h"

// What /video-calls answers and emits. They borrow from the domain objects: encode at once.
namespace mentara::contract {

struct MediaShape {
  explicit MediaShape(const CallMedia& media)
      : audio(media.audio), video(media.video), screen(media.screen), hold(media.hold) {}
  bool audio;
  bool video;
  bool screen;
  bool hold;
};
BOOST_DESCRIBE_STRUCT(MediaShape, (), (audio, video, screen, hold))

struct CallShape {
  explicit CallShape(const Call& call);
  std::string_view callId;
  std::string_view fromUserId;
  std::string_view toUserId;
  std::string_view state;                 // ringing, connecting, active, ended
  std::optional<std::string_view> reason; // completed, rejected, cancelled, missed, busy, failed, peer_lost
  MediaShape media;                       // as it was offered
  UnixTime startedAt;
  std::optional<UnixTime> answeredAt;
  std::optional<UnixTime> endedAt;
  std::optional<std::int64_t> durationMs;
};
BOOST_DESCRIBE_STRUCT(CallShape, (),
                      (callId, fromUserId, toUserId, state, reason, media, startedAt, answeredAt, endedAt, durationMs))

struct IceServerShape {
  explicit IceServerShape(const IceServer& server);
  ListOf<std::string_view, Url> urls;
  std::optional<std::string_view> username;
  std::optional<std::string_view> credential;
};
BOOST_DESCRIBE_STRUCT(IceServerShape, (), (urls, username, credential))

struct ConferenceParticipantShape {
  explicit ConferenceParticipantShape(const ConferenceParticipant& participant);
  std::string_view userId;
  std::string_view deviceId;
  std::optional<std::string_view> name;
  MediaShape media;
};
BOOST_DESCRIBE_STRUCT(ConferenceParticipantShape, (), (userId, deviceId, name, media))

// --- acks ---

// video:offer, video:answer, video:reject-call, video:cancel-call, video:end-call
struct CallAck {
  Success success{};
  CallShape call;
};
BOOST_DESCRIBE_STRUCT(CallAck, (), (success, call))
void append_json(std::string& out, const CallAck& ack);

// video:ice-servers
struct IceServersAck {
  Success success{};
  ListOf<IceServerShape, IceServer> iceServers{};
  std::int64_t ttl = 0; // seconds for which the credentials are good
};
BOOST_DESCRIBE_STRUCT(IceServersAck, (), (success, iceServers, ttl))
void append_json(std::string& out, const IceServersAck& ack);

// video:history
struct CallsAck {
  Success success{};
  ListOf<CallShape, Call> calls{};         // the newest first
  Nullable<std::string_view> nextCursor{}; // null: that was all
};
BOOST_DESCRIBE_STRUCT(CallsAck, (), (success, calls, nextCursor))
void append_json(std::string& out, const CallsAck& ack);

// video:room-join
struct RoomAck {
  Success success{};
  ListOf<ConferenceParticipantShape, ConferenceParticipant> participants{}; // who is there; offer to each
  ListOf<IceServerShape, IceServer> iceServers{};
};
BOOST_DESCRIBE_STRUCT(RoomAck, (), (success, participants, iceServers))
void append_json(std::string& out, const RoomAck& ack);

// --- news ---

// video:incoming-call
struct IncomingCall {
  std::string_view callId;
  std::string_view fromUserId;
  UserShape from;
  wire::RawJson offer;
  MediaShape media;
  UnixTime expiresAt{};
};
BOOST_DESCRIBE_STRUCT(IncomingCall, (), (callId, fromUserId, from, offer, media, expiresAt))
void append_json(std::string& out, const IncomingCall& call);

// video:ringing
struct CallRings {
  std::string_view callId;
  std::string_view fromUserId; // at whom it rings
  UnixTime expiresAt{};
};
BOOST_DESCRIBE_STRUCT(CallRings, (), (callId, fromUserId, expiresAt))
void append_json(std::string& out, const CallRings& rings);

// video:answer-received
struct AnswerReceived {
  std::string_view callId;
  std::string_view fromUserId;
  wire::RawJson answer;
};
BOOST_DESCRIBE_STRUCT(AnswerReceived, (), (callId, fromUserId, answer))
void append_json(std::string& out, const AnswerReceived& received);

// video:ice-candidate
struct CandidateReceived {
  std::string_view callId;
  std::string_view fromUserId;
  wire::RawJson candidate;
};
BOOST_DESCRIBE_STRUCT(CandidateReceived, (), (callId, fromUserId, candidate))
void append_json(std::string& out, const CandidateReceived& received);

// video:renegotiate
struct Renegotiated {
  std::string_view callId;
  std::string_view fromUserId;
  wire::RawJson description;
  bool restart = false;
};
BOOST_DESCRIBE_STRUCT(Renegotiated, (), (callId, fromUserId, description, restart))
void append_json(std::string& out, const Renegotiated& renegotiated);

// video:media-state
struct MediaStateChanged {
  std::string_view callId;
  std::string_view fromUserId;
  bool audio = true;
  bool video = true;
  bool screen = false;
  bool hold = false;
};
BOOST_DESCRIBE_STRUCT(MediaStateChanged, (), (callId, fromUserId, audio, video, screen, hold))
void append_json(std::string& out, const MediaStateChanged& changed);

// video:call-rejected, video:call-ended, video:call-missed
struct CallOver {
  CallOver(const Call& call, std::string_view at_cursor);
  std::string_view callId;
  std::string_view fromUserId;
  std::string_view toUserId;
  std::string_view reason;
  std::optional<std::int64_t> durationMs;
  std::string_view cursor;
};
BOOST_DESCRIBE_STRUCT(CallOver, (), (callId, fromUserId, toUserId, reason, durationMs, cursor))
void append_json(std::string& out, const CallOver& over);

// video:answered-elsewhere
struct AnsweredElsewhere {
  std::string_view callId;
};
BOOST_DESCRIBE_STRUCT(AnsweredElsewhere, (), (callId))
void append_json(std::string& out, const AnsweredElsewhere& answered);

// video:peer-reconnecting
struct PeerReconnecting {
  std::string_view callId;
  std::string_view userId;
  UnixTime until{}; // then the call ends
};
BOOST_DESCRIBE_STRUCT(PeerReconnecting, (), (callId, userId, until))
void append_json(std::string& out, const PeerReconnecting& reconnecting);

// video:peer-reconnected
struct PeerReconnected {
  std::string_view callId;
  std::string_view userId;
};
BOOST_DESCRIBE_STRUCT(PeerReconnected, (), (callId, userId))
void append_json(std::string& out, const PeerReconnected& reconnected);

// video:participant-joined, video:participant-left
struct RoomChanged {
  std::string_view roomId;
  ConferenceParticipantShape participant;
};
BOOST_DESCRIBE_STRUCT(RoomChanged, (), (roomId, participant))
void append_json(std::string& out, const RoomChanged& changed);

// video:room-signal
struct RoomSignal {
  std::string_view roomId;
  std::string_view fromUserId;
  std::string_view fromDeviceId;
  wire::RawJson signal;
};
BOOST_DESCRIBE_STRUCT(RoomSignal, (), (roomId, fromUserId, fromDeviceId, signal))
void append_json(std::string& out, const RoomSignal& signal);

} // namespace mentara::contract
