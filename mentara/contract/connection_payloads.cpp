#include "mentara/contract/connection_payloads.h"

#include "mentara/contract/reader.h"
#include "mentara/contract/writer.h"

namespace mentara::contract {

void append_json(std::string& out, const Connected& connected) { write(out, connected); }
void append_json(std::string& out, const SyncComplete& complete) { write(out, complete); }
void append_json(std::string& out, const SyncReset& reset) { write(out, reset); }
void append_json(std::string& out, const TokenEnd& end) { write(out, end); }
void append_json(std::string& out, const ServerDisconnect& disconnect) { write(out, disconnect); }
void append_json(std::string& out, const ServerGoodbye& goodbye) { write(out, goodbye); }
void append_json(std::string& out, const RefreshAck& ack) { write(out, ack); }

template wire::Result<RefreshToken, Failure> decode(std::optional<wire::JsonView>, const User&);

} // namespace mentara::contract
