#include "mentara/contract/push_payloads.h"

#include "mentara/contract/reader.h"
#include "mentara/contract/writer.h"

namespace mentara::contract {

void append_json(std::string& out, const PushKeyAck& ack) { write(out, ack); }
void append_json(std::string& out, const PushMessage& message) { write(out, message); }
void append_json(std::string& out, const PushCancelled& cancelled) { write(out, cancelled); }

template wire::Result<SubscribeToPush, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<UnsubscribeFromPush, Failure> decode(std::optional<wire::JsonView>, const User&);

} // namespace mentara::contract
