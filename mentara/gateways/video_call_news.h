#pragma once

#include <string>
#include <vector>

#include "mentara/services/call_news.h"
#include "wire/sio/server.h"

namespace mentara::gateways {

// Emits what calls and conferences tell at once, to sockets on all loops. On the home loop.
class VideoCallNews final : public services::CallNews, public services::ConferenceNews {
 public:
  explicit VideoCallNews(wire::sio::Server& io);

  void incoming(const Call& call, const User& caller, const std::string& offer, UnixTime expires_at,
                const std::string& socket) override;
  void ringing(const Call& call, UnixTime expires_at, const std::string& socket) override;
  void signal(const Call& call, CallSide from, const CallSignal& signal, const std::string& socket) override;
  void media_state(const Call& call, CallSide from, const CallMedia& media, const std::string& socket) override;
  void answered(const Call& call, const std::string& by_socket) override;
  void answered_elsewhere(const Call& call, const std::string& socket) override;
  void peer_reconnecting(const Call& call, CallSide who, UnixTime until, const std::string& socket) override;
  void peer_reconnected(const Call& call, CallSide who, const std::string& socket) override;
  void ended_unstored(const Call& call, const std::string& asked_by) override;

  void joined(const ConversationId& room, const ConferenceParticipant& who,
              const std::vector<std::string>& sockets) override;
  void left(const ConversationId& room, const ConferenceParticipant& who,
            const std::vector<std::string>& sockets) override;
  void signal(const ConversationId& room, const ConferenceParticipant& from, const std::string& signal,
              const std::string& socket) override;

 private:
  wire::sio::Namespace& nsp_;
};

// The event under which the two hear of an end; empty: of this one they do not.
std::string_view end_event_name(CallEndNews news);

} // namespace mentara::gateways
