#pragma once

#include <cstdint>
#include <string>
#include <vector>

// The words of Redis's protocol, RESP 2.
namespace wire::redis {

enum class ReplyType { nil, status, error, integer, string, array };

struct Reply {
  ReplyType type = ReplyType::nil;
  std::string text{};            // of a status, error or string; may hold any bytes
  std::int64_t integer = 0;      // of an integer
  std::vector<Reply> elements{}; // of an array

  bool is_error() const { return type == ReplyType::error; }
};

// Both end the connection, which then is made anew.
enum class Error {
  protocol,       // these bytes are no replies
  too_many_bytes, // one reply is longer than reply_bytes_max
};
const char* describe(Error error);

} // namespace wire::redis
