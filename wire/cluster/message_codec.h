#pragma once

#include <string>
#include <string_view>

#include "wire/base/result.h"
#include "wire/cluster/message.h"

namespace wire::cluster {

// Each parse checks as much as of any stranger's bytes: Redis may be open to more than our nodes (threats E16).

// On `KEY#NSP#` and `KEY#NSP#ROOM#`: MessagePack.
Result<BroadcastMessage, MessageError> parse_broadcast(std::string_view bytes);
std::string encode(const BroadcastMessage& message);

// On `KEY-request#NSP#`: JSON, but for broadcasts that want answers, which are MessagePack.
Result<Request, MessageError> parse_request(std::string_view bytes);
std::string encode(const Request& request, std::string_view nsp);

// On `KEY-response#NSP#`: likewise, but for the answers of clients.
Result<Response, MessageError> parse_response(std::string_view bytes);
std::string encode(const Response& response);

} // namespace wire::cluster
