#pragma once

#include <optional>
#include <string_view>

#include "mentara/domain/failure.h"
#include "mentara/domain/user.h"
#include "wire/base/json.h"

namespace mentara::contract {

// The fields by which a payload can claim to be from somebody.
inline constexpr std::string_view identity_fields[] = {"senderId", "fromUserId", "userId", "role"};

// forbidden, if `payload` has this one of the identity_fields and it names somebody else than the caller (threats Z2).
// Not to be asked about a field that is part of the payload's description and means somebody else there.
std::optional<Failure> foreign_identity(wire::JsonView payload, std::string_view field, const User& caller);

} // namespace mentara::contract
