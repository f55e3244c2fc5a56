#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mentara/domain/id.h"
#include "mentara/domain/listener.h"
#include "mentara/storage/log.h"
#include "wire/base/json.h"
#include "wire/base/result.h"

namespace mentara::cluster {

// A row of the log, told to the other nodes by the one that wrote it: what they need to give it to their sockets
// without reading it.
struct LogNews {
  std::string node{};  // that tells it
  std::string epoch{}; // of the log
  storage::Position position = 0;
  Channel channel = Channel::MESSAGING;
  std::string event{};                         // under which clients hear of it
  std::vector<UserId> users{};                 // whom it concerns
  std::optional<storage::Delivered> message{}; // what its receipt says of a conversation
  UserId sender_id{};                          // of the message
  std::string origin{};                        // the socket on which it was done, which has its answer; empty: none
  std::string payload{};                       // JSON of an object, with its cursor
};

enum class NewsError {
  not_json,
  invalid, // a field is missing or of another kind
  other_version,
};
const char* describe(NewsError error);

// As checked as any stranger's bytes: Redis may be open to more than our nodes (threats E16). What passes may be
// relayed to clients as it is.
class LogNewsParser {
 public:
  wire::Result<LogNews, NewsError> parse(std::string_view bytes);

 private:
  wire::JsonParser parser_;
};

// One line of JSON that says what it is, and the payload behind it.
std::string encode(const LogNews& news);
// What begins with this is of that node (Redis gives it back to who told it). All that does not may still be its own.
std::string beginning_of(std::string_view node);

} // namespace mentara::cluster
