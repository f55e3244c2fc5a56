#include "mentara/cluster/limit_news.h"

#include <algorithm>
#include <cmath>

#include "mentara/limits_of_nodes.h"
#include "wire/base/log.h"

namespace mentara::cluster {
namespace {

// {"v":1,"node":"…","limit":"events","taken":[["ada",7500],…]}, in thousandths
constexpr std::int64_t version = 1;
constexpr std::string_view channel = "mentara#limits";
constexpr double unit = 1000;

} // namespace

std::string encode(const std::string& node, const LimitNews& news) {
  std::string out;
  wire::JsonObjectWriter message(out);
  message.member("v", version).member("node", node).member("limit", news.limit).key("taken");
  out += '[';
  for (std::size_t i = 0; i < news.taken.size(); ++i) {
    if (i > 0) out += ',';
    out += '[';
    wire::append_json(out, news.taken[i].key);
    out += ',';
    wire::append_json(out, static_cast<std::int64_t>(std::llround(news.taken[i].amount * unit)));
    out += ']';
  }
  out += ']';
  message.end();
  return out;
}

std::optional<std::pair<std::string, LimitNews>> parse_limit_news(std::string_view bytes, wire::JsonParser& parser) {
  const auto message = parser.parse(bytes);
  if (!message || !message->is_object()) return std::nullopt;
  const auto text = [&](std::string_view key) {
    const auto member = message->find(key);
    return member ? member->string() : std::nullopt;
  };
  const auto v = message->find("v"), listed = message->find("taken");
  const auto node = text("node"), limit = text("limit");
  if (!v || v->integer() != version || !node || node->empty() || !limit || !listed || !listed->is_array() ||
      listed->size() > limits::shared_message_keys) {
    return std::nullopt;
  }
  LimitNews news{std::string(*limit), {}};
  bool well_formed = true;
  listed->for_each_element([&](wire::JsonView one) {
    const auto key = one[0].string();
    const auto thousandths = one[1].integer();
    well_formed = well_formed && key && !key->empty() && key->size() <= limits::shared_key_bytes_max && thousandths &&
                  *thousandths > 0 && static_cast<double>(*thousandths) <= limits::shared_amount_max * unit;
    if (well_formed) news.taken.push_back({std::string(*key), static_cast<double>(*thousandths) / unit});
  });
  if (!well_formed) return std::nullopt;
  return std::pair(std::string(*node), std::move(news));
}

LimitExchange::LimitExchange(NodeBus& nodes, std::function<wire::TimePoint()> now)
    : nodes_(nodes), now_(std::move(now)) {
  nodes_.hear(channel, [this](std::string_view bytes) { on_message(bytes); });
}

void LimitExchange::add(std::string name, auth::SharedLimit& limit) {
  limit.share();
  limits_.emplace_back(std::move(name), &limit);
}

void LimitExchange::tell() {
  for (const auto& [name, limit] : limits_) {
    std::vector<auth::Taken> all = limit->collect();
    if (!nodes_.ready()) continue; // and when it can be told, it is no longer true
    counters_.told += all.size();
    for (std::size_t begin = 0; begin < all.size(); begin += limits::shared_message_keys) {
      const auto from = std::make_move_iterator(all.begin() + static_cast<std::ptrdiff_t>(begin));
      const std::size_t count = std::min(limits::shared_message_keys, all.size() - begin);
      nodes_.publish(channel, encode(nodes_.node(), {name, {from, from + static_cast<std::ptrdiff_t>(count)}}));
    }
  }
}

void LimitExchange::on_message(std::string_view bytes) {
  const auto news = parse_limit_news(bytes, parser_);
  if (!news) {
    ++counters_.refused;
    return wire::log(wire::LogLevel::warn, "what another node tells of limits cannot be read");
  }
  if (news->first == nodes_.node()) return;
  const auto of = std::find_if(limits_.begin(), limits_.end(),
                               [&](const auto& limit) { return limit.first == news->second.limit; });
  if (of == limits_.end()) return; // of another version of the server
  counters_.heard += news->second.taken.size();
  const wire::TimePoint now = now_();
  for (const auth::Taken& taken : news->second.taken) of->second->take_elsewhere(taken.key, now, taken.amount);
}

} // namespace mentara::cluster
