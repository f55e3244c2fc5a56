#include "mentara/contract/connection_payloads.h"

#include "mentara/contract/writer.h"

namespace mentara::contract {

void append_json(std::string& out, const Connected& connected) { write(out, connected); }
void append_json(std::string& out, const SyncComplete& complete) { write(out, complete); }
void append_json(std::string& out, const SyncReset& reset) { write(out, reset); }

} // namespace mentara::contract
