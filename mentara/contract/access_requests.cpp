#include "mentara/contract/access_requests.h"

#include "mentara/contract/reader.h"
#include "mentara/contract/writer.h"

namespace mentara::contract {

std::optional<Failure> validate(const RevokeTokens& request) {
  if (!request.userId && !request.jti) return invalid("userId", "is required, unless there is a jti");
  if (request.issuedBefore && !request.userId) return invalid("userId", "is required beside issuedBefore");
  if (request.expiresAt && !request.jti) return invalid("jti", "is required beside expiresAt");
  return std::nullopt;
}

void append_json(std::string& out, const DisconnectedAck& ack) { write(out, ack); }

template wire::Result<RevokeTokens, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<DisconnectUser, Failure> decode(std::optional<wire::JsonView>, const User&);

} // namespace mentara::contract
