#pragma once

#include <string>
#include <vector>

#include "mentara/domain/call.h"
#include "mentara/domain/call_machine.h"
#include "mentara/domain/conference.h"
#include "mentara/domain/user.h"

namespace mentara::services {

// What devices are told at once and nobody keeps: ringing, signals, who is away. (How a call ended is stored, and comes
// as an event: CallEndedEvent.) `socket` is the one socket that is told.
class CallNews {
 public:
  virtual ~CallNews() = default;

  // Empty socket: all of the callee's.
  virtual void incoming(const Call& call, const User& caller, const std::string& offer, UnixTime expires_at,
                        const std::string& socket) = 0;
  virtual void ringing(const Call& call, UnixTime expires_at, const std::string& socket) = 0;
  virtual void signal(const Call& call, CallSide from, const CallSignal& signal, const std::string& socket) = 0;
  virtual void media_state(const Call& call, CallSide from, const CallMedia& media, const std::string& socket) = 0;
  virtual void answered(const Call& call, const std::string& by_socket) = 0; // all others of the callee are told
  virtual void answered_elsewhere(const Call& call, const std::string& socket) = 0;
  virtual void peer_reconnecting(const Call& call, CallSide who, UnixTime until, const std::string& socket) = 0;
  virtual void peer_reconnected(const Call& call, CallSide who, const std::string& socket) = 0;
  // An end that cannot be stored right now: nobody waits for the database to hear that he is alone.
  virtual void ended_unstored(const Call& call, const std::string& asked_by) = 0;
};

// Likewise of conferences.
class ConferenceNews {
 public:
  virtual ~ConferenceNews() = default;
  virtual void joined(const ConversationId& room, const ConferenceParticipant& who,
                      const std::vector<std::string>& sockets) = 0;
  virtual void left(const ConversationId& room, const ConferenceParticipant& who,
                    const std::vector<std::string>& sockets) = 0;
  virtual void signal(const ConversationId& room, const ConferenceParticipant& from, const std::string& signal,
                      const std::string& socket) = 0;
};

} // namespace mentara::services
