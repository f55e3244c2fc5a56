#include "mentara/contract/user_payloads.h"

#include "mentara/contract/reader.h"
#include "mentara/contract/writer.h"

namespace mentara::contract {

void append_json(std::string& out, const ExportAck& ack) { write(out, ack); }

template wire::Result<WhichUser, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<ExportUser, Failure> decode(std::optional<wire::JsonView>, const User&);

} // namespace mentara::contract
