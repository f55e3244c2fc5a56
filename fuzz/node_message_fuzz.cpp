// What nodes of a site tell each other beside rooms, over a Redis that is open to more than them (threats E16):
// whatever is accepted can be told again, and is then the same; whatever is not changes nothing.
#include <cstdint>
#include <string>
#include <string_view>

#include "mentara/cluster/limit_news.h"
#include "mentara/cluster/log_news.h"
#include "mentara/cluster/node_news.h"
#include "mentara/cluster/roster.h"
#include "mentara/limits_of_nodes.h"
#include "wire/base/check.h"

namespace {

using namespace mentara;
using wire::check;

struct Silent final : cluster::Roster::Outbox {
  void publish(std::string) override {}
  void changed(const UserId&, cluster::Here before, cluster::Here after) override {
    check(before != after, "a change that is none");
  }
  void sockets_changed(const UserId&) override {}
  void node_lost(const std::string&) override {}
};

void of_limits(std::string_view bytes, wire::JsonParser& parser) {
  const auto news = cluster::parse_limit_news(bytes, parser);
  if (!news) return;
  check(news->second.taken.size() <= limits::shared_message_keys, "more than a node tells at once");
  for (const auth::Taken& taken : news->second.taken) {
    check(taken.amount > 0 && taken.amount <= limits::shared_amount_max, "an amount that is none");
  }
  const auto again = cluster::parse_limit_news(cluster::encode(news->first, news->second), parser);
  check(again && again->second.taken.size() == news->second.taken.size(), "other limits");
}

void of_nodes(std::string_view bytes, wire::JsonParser& parser) {
  const auto news = cluster::parse_news(bytes, parser);
  if (!news) return;
  const auto again = cluster::parse_news(cluster::encode(news->first, news->second), parser);
  check(again && again->second.index() == news->second.index(), "other news");
}

void of_the_log(std::string_view bytes) {
  cluster::LogNewsParser parser;
  const auto news = parser.parse(bytes);
  if (news) check(parser.parse(cluster::encode(*news)).has_value(), "what was accepted is not when it is sent on");
}

void of_users(std::string_view bytes) {
  Silent outbox;
  cluster::Roster roster("own", outbox);
  const wire::TimePoint now{wire::seconds(1)};
  roster.on_ready(now);
  roster.on_message(bytes, now);
  roster.on_message(bytes, now);
  check(roster.nodes() <= 1, "one message makes one node");
  roster.on_time(now + limits::roster_lease + limits::roster_beat);
  check(roster.nodes() == 0 && roster.users() == 0, "with a node go its users");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size); // an allocation of exactly this size
  wire::JsonParser parser;
  of_limits(bytes, parser);
  of_nodes(bytes, parser);
  of_the_log(bytes);
  of_users(bytes);
  return 0;
}
