#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mentara/cluster/node_bus.h"
#include "mentara/domain/call.h"
#include "mentara/domain/id.h"
#include "mentara/domain/revocation.h"
#include "wire/base/json.h"

// What a node tells the others at once, and what they find in the store anyway, or need not know.
namespace mentara::cluster {

struct TokensRevoked { // is stored
  Revocation revocation;
};

struct UserDisconnected { // a backend wants his sockets to end, everywhere
  UserId user_id;
  std::string reason; // as his clients are told
  std::string error;
  std::string request{}; // who asked wants to know how many they were; empty: he does not
};
struct SocketsEnded { // the answer
  UserId user_id;
  std::string request;
  std::size_t sockets;
  std::string node{}; // that answers; known to who reads it
};

struct PresenceSet { // what he wants to be seen as is stored
  UserId user_id;
};

// Who may see whom may be another matter now: between one and others, or among all of them. Is stored.
struct VisibilityChanged {
  UserId one{}; // empty: among the others
  std::vector<UserId> others{};
};

// For the node that keeps the calls: what is stored may end one, or a place in a conference.
struct UserBlocked {
  UserId by;
  UserId blocked;
};
struct MemberLeft {
  UserId user_id;
  ConversationId conversation_id;
};
// A call has ended, and could not be stored yet. Should its keeper not live to do it, the next one knows.
struct CallIsOver {
  UserId user_id; // the caller
  CallId call_id;
  EndReason reason{};
  UnixTime ended_at{};
};

using NodeNews = std::variant<TokensRevoked, UserDisconnected, PresenceSet, VisibilityChanged, UserBlocked, MemberLeft,
                              CallIsOver, SocketsEnded>;

std::string encode(const std::string& node, const NodeNews& news);
// With the node that tells it. None: it cannot be read (threats E16).
std::optional<std::pair<std::string, NodeNews>> parse_news(std::string_view bytes, wire::JsonParser& parser);

// Tells and hears them. Owned by the home loop.
class NewsExchange {
 public:
  explicit NewsExchange(NodeBus& nodes);
  NewsExchange(const NewsExchange&) = delete;
  NewsExchange& operator=(const NewsExchange&) = delete;

  void publish(const NodeNews& news);
  template <class News>
  void on(std::function<void(const News&)> handler) {
    handlers_.push_back([handler = std::move(handler)](const NodeNews& news) {
      if (const News* const mine = std::get_if<News>(&news)) handler(*mine);
    });
  }

 private:
  NodeBus& nodes_;
  wire::JsonParser parser_;
  std::vector<std::function<void(const NodeNews&)>> handlers_;
};

} // namespace mentara::cluster
