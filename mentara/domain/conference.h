#pragma once

#include <string>
#include <vector>

#include "mentara/domain/call.h"
#include "mentara/domain/id.h"

namespace mentara {

// A device in the conference of a conversation; each is connected to each (a mesh), and only signals go through us.
struct ConferenceParticipant {
  UserId user_id;
  DeviceId device_id;
  std::string name{};
  CallMedia media{};
  friend bool operator==(const ConferenceParticipant&, const ConferenceParticipant&) = default;
};

struct ConferenceSeat {
  ConferenceParticipant who;
  std::string socket;
  friend bool operator==(const ConferenceSeat&, const ConferenceSeat&) = default;
};

// Who sits in the conference of a conversation, in the order of joining.
struct ConferenceRoom {
  ConversationId id;
  std::vector<ConferenceSeat> seats;
  friend bool operator==(const ConferenceRoom&, const ConferenceRoom&) = default;
};

} // namespace mentara
