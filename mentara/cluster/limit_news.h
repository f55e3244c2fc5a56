#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mentara/auth/shared_limit.h"
#include "mentara/cluster/node_bus.h"
#include "wire/base/json.h"
#include "wire/base/time.h"

// What a node tells the others of limits: who took how much of which.
namespace mentara::cluster {

struct LimitNews {
  std::string limit; // its name, such as "events"
  std::vector<auth::Taken> taken;
};

std::string encode(const std::string& node, const LimitNews& news);
// With the node that tells it. None: it cannot be read, or is more than a node tells at once (threats E16).
std::optional<std::pair<std::string, LimitNews>> parse_limit_news(std::string_view bytes, wire::JsonParser& parser);

// Tells what was taken here and hears what was taken elsewhere. What gets lost was allowed once too often; nothing is
// told twice. Owned by the home loop.
class LimitExchange {
 public:
  LimitExchange(NodeBus& nodes, std::function<wire::TimePoint()> now);
  LimitExchange(const LimitExchange&) = delete;
  LimitExchange& operator=(const LimitExchange&) = delete;

  // `limit` outlives it, and counts on all nodes from now on. Before other threads use it.
  void add(std::string name, auth::SharedLimit& limit);
  void tell(); // each shared_interval; while nobody can hear it, what was taken counts here alone

  struct Counters {
    std::uint64_t told = 0, heard = 0; // keys
    std::uint64_t refused = 0;         // messages that could not be read
  };
  const Counters& counters() const { return counters_; }

 private:
  void on_message(std::string_view bytes);

  NodeBus& nodes_;
  const std::function<wire::TimePoint()> now_;
  std::vector<std::pair<std::string, auth::SharedLimit*>> limits_;
  wire::JsonParser parser_;
  Counters counters_;
};

} // namespace mentara::cluster
