#pragma once

#include <optional>

#include "mentara/domain/failure.h"
#include "mentara/domain/user.h"
#include "wire/base/json.h"
#include "wire/base/result.h"

namespace mentara::contract {

// Reads a client's payload as its description says. Unknown fields are ignored and `null` counts as absent.
// - `payload` is the event's first argument, none if the client sent no argument: that reads as an object without
// fields.
// - Anything out of bounds, missing or of the wrong type is invalid_payload with `field` as a path from the payload
//   ("attachments[2].url") and an error that says what is allowed. Only the first fault is reported.
// - A top-level field that claims an identity (senderId, fromUserId, userId, role), is not part of the description and
//   is not the caller's is forbidden (threats Z2). It is looked at first.
// Defined for the payloads of *_requests.h, in their .cpp.
template <class T>
wire::Result<T, Failure> decode(std::optional<wire::JsonView> payload, const User& caller);

} // namespace mentara::contract
