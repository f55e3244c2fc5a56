#include "mentara/contract/presence_payloads.h"

#include "mentara/contract/reader.h"
#include "mentara/contract/writer.h"

namespace mentara::contract {

PresenceShape::PresenceShape(const Presence& presence)
    : userId(presence.user_id.value),
      status(presence.status),
      text(presence.text.empty() ? std::nullopt : std::optional<std::string_view>(presence.text)),
      lastSeenAt(presence.last_seen_at),
      inCall(presence.in_call) {}

void append_json(std::string& out, const PresenceShape& presence) { write(out, presence); }
void append_json(std::string& out, const PresenceAck& ack) { write(out, ack); }

template wire::Result<SetPresence, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<WhichUsers, Failure> decode(std::optional<wire::JsonView>, const User&);

} // namespace mentara::contract
