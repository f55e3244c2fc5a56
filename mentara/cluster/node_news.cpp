#include "mentara/cluster/node_news.h"

#include <utility>

#include "mentara/limits_of_nodes.h"
#include "wire/base/log.h"

namespace mentara::cluster {
namespace {

constexpr std::int64_t version = 1;
constexpr std::string_view channel = "mentara#news";

constexpr std::string_view kind_revoked = "revoked";
constexpr std::string_view kind_disconnected = "disconnected";
constexpr std::string_view kind_ended = "ended";
constexpr std::string_view kind_presence = "presence";
constexpr std::string_view kind_visibility = "visibility";
constexpr std::string_view kind_blocked = "blocked";
constexpr std::string_view kind_left = "left";
constexpr std::string_view kind_over = "over";

struct Writer {
  wire::JsonObjectWriter& out;
  std::string& text;

  void operator()(const TokensRevoked& news) const {
    const Revocation& revocation = news.revocation;
    out.member("kind", kind_revoked).member("token", revocation.token_id).member("user", revocation.user_id.value);
    out.member("before", revocation.issued_before.ms).member("until", revocation.until.ms);
  }
  void operator()(const UserDisconnected& news) const {
    out.member("kind", kind_disconnected).member("user", news.user_id.value);
    out.member("reason", news.reason).member("error", news.error).member("request", news.request);
  }
  void operator()(const SocketsEnded& news) const {
    out.member("kind", kind_ended).member("user", news.user_id.value);
    out.member("request", news.request).member("sockets", news.sockets);
  }
  void operator()(const PresenceSet& news) const {
    out.member("kind", kind_presence).member("user", news.user_id.value);
  }
  void operator()(const UserBlocked& news) const {
    out.member("kind", kind_blocked).member("user", news.by.value).member("blocked", news.blocked.value);
  }
  void operator()(const MemberLeft& news) const {
    out.member("kind", kind_left).member("user", news.user_id.value);
    out.member("conversation", news.conversation_id.value);
  }
  void operator()(const CallIsOver& news) const {
    out.member("kind", kind_over).member("user", news.user_id.value).member("call", news.call_id.value);
    out.member("reason", static_cast<std::int64_t>(news.reason)).member("at", news.ended_at.ms);
  }
  void operator()(const VisibilityChanged& news) const {
    out.member("kind", kind_visibility).member("user", news.one.value).key("others");
    text += '[';
    for (std::size_t i = 0; i < news.others.size(); ++i) {
      if (i > 0) text += ',';
      wire::append_json(text, news.others[i].value);
    }
    text += ']';
  }
};

std::optional<std::string> text_of(wire::JsonView object, std::string_view key) {
  const auto member = object.find(key);
  const auto value = member ? member->string() : std::nullopt;
  return value ? std::optional(std::string(*value)) : std::nullopt;
}

std::optional<std::int64_t> number_of(wire::JsonView object, std::string_view key) {
  const auto member = object.find(key);
  return member ? member->integer() : std::nullopt;
}

std::optional<NodeNews> read(wire::JsonView message) {
  const auto kind = text_of(message, "kind"), user = text_of(message, "user");
  if (!kind || !user) return std::nullopt;
  if (*kind == kind_revoked) {
    const auto token = text_of(message, "token");
    const auto before = number_of(message, "before"), until = number_of(message, "until");
    if (!token || !before || !until || token->empty() == user->empty()) return std::nullopt;
    return TokensRevoked{{.token_id = *token, .user_id = {*user}, .issued_before = {*before}, .until = {*until}}};
  }
  if (*kind == kind_visibility) {
    VisibilityChanged changed{.one = {*user}};
    const auto others = message.find("others");
    bool all_texts = others && others->is_array();
    if (!all_texts) return std::nullopt;
    others->for_each_element([&](wire::JsonView other) {
      const auto id = other.string();
      all_texts = all_texts && id;
      if (id) changed.others.push_back({std::string(*id)});
    });
    if (!all_texts) return std::nullopt;
    return changed;
  }
  if (user->empty()) return std::nullopt;
  if (*kind == kind_presence) return PresenceSet{{*user}};
  if (*kind == kind_blocked) {
    auto blocked = text_of(message, "blocked");
    return blocked ? std::optional(UserBlocked{{*user}, {*std::move(blocked)}}) : std::nullopt;
  }
  if (*kind == kind_left) {
    auto conversation = text_of(message, "conversation");
    return conversation ? std::optional(MemberLeft{{*user}, {*std::move(conversation)}}) : std::nullopt;
  }
  if (*kind == kind_over) {
    auto call = text_of(message, "call");
    const auto reason = number_of(message, "reason"), at = number_of(message, "at");
    if (!call || !reason || *reason < 0 || *reason > static_cast<std::int64_t>(EndReason::peer_lost) || !at) {
      return std::nullopt;
    }
    return CallIsOver{{*user}, {*std::move(call)}, static_cast<EndReason>(*reason), {*at}};
  }
  if (*kind == kind_disconnected) {
    auto reason = text_of(message, "reason"), error = text_of(message, "error");
    if (!reason || !error) return std::nullopt;
    // Nodes of an older version do not ask.
    return UserDisconnected{
        {*user}, *std::move(reason), *std::move(error), text_of(message, "request").value_or(std::string())};
  }
  if (*kind == kind_ended) {
    auto request = text_of(message, "request"), node = text_of(message, "node");
    const auto sockets = number_of(message, "sockets");
    if (!request || request->empty() || !node || !sockets || *sockets < 0 || *sockets > limits::roster_sockets_max) {
      return std::nullopt;
    }
    return SocketsEnded{{*user}, *std::move(request), static_cast<std::size_t>(*sockets), *std::move(node)};
  }
  return std::nullopt;
}

} // namespace

std::string encode(const std::string& node, const NodeNews& news) {
  std::string text;
  wire::JsonObjectWriter out(text);
  out.member("v", version).member("node", node);
  std::visit(Writer{out, text}, news);
  out.end();
  return text;
}

std::optional<std::pair<std::string, NodeNews>> parse_news(std::string_view bytes, wire::JsonParser& parser) {
  const auto message = parser.parse(bytes);
  if (!message || number_of(*message, "v") != version) return std::nullopt;
  auto node = text_of(*message, "node");
  auto news = read(*message);
  if (!node || !news) return std::nullopt;
  return std::pair(*std::move(node), *std::move(news));
}

NewsExchange::NewsExchange(NodeBus& nodes) : nodes_(nodes) {
  nodes_.hear(channel, [this](std::string_view bytes) {
    const auto news = parse_news(bytes, parser_);
    if (!news) return wire::log(wire::LogLevel::warn, "what another node tells cannot be read");
    if (news->first == nodes_.node()) return;
    for (const auto& handler : handlers_) handler(news->second);
  });
}

void NewsExchange::publish(const NodeNews& news) {
  if (nodes_.ready()) nodes_.publish(channel, encode(nodes_.node(), news));
}

} // namespace mentara::cluster
