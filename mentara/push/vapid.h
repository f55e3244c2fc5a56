#pragma once

#include <string>
#include <string_view>

#include "mentara/domain/time.h"
#include "mentara/push/keys.h"

namespace mentara::push {

// RFC 8292: the header Authorization by which a push service knows who sends. `origin`: of the endpoint, with the
// scheme. `subject`: how to reach the operator, "mailto:…" or "https://…".
std::string vapid_authorization(const KeyPair& key, std::string_view origin, std::string_view subject, UnixTime now);

} // namespace mentara::push
