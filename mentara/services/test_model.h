#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mentara/domain/conversation.h"
#include "mentara/domain/failure.h"
#include "mentara/domain/message.h"

// For tests: what the services should do, said as plainly as possible and in memory.
namespace mentara::services {

struct ModelMessage {
  std::string id{}; // as the services named it
  std::string sender{}, content{}, client_message_id{}, first_content{};
  bool edited = false, deleted = false;
  std::vector<Reaction> reactions{};
};

struct ModelConversation {
  ConversationType type = ConversationType::GROUP;
  std::vector<std::string> members{}; // the first one is ADMIN
  std::vector<ModelMessage> messages{};
  std::map<std::string, std::int64_t> read{};

  bool has(const std::string& user) const { return std::find(members.begin(), members.end(), user) != members.end(); }
  std::int64_t last_seq() const { return static_cast<std::int64_t>(messages.size()); }
  std::int64_t unread(const std::string& user) const {
    const auto mark = read.find(user);
    std::int64_t count = 0;
    for (std::int64_t seq = mark == read.end() ? 1 : mark->second + 1; seq <= last_seq(); ++seq) {
      const ModelMessage& message = messages[static_cast<std::size_t>(seq - 1)];
      count += message.sender != user && !message.deleted ? 1 : 0;
    }
    return count;
  }
};

// A request is answered by nothing (it succeeds) or by the code with which it fails.
using Refusal = std::optional<Code>;

class Model {
 public:
  std::map<std::string, ModelConversation> conversations{};

  Refusal create(const std::string& id, ConversationType type, const std::vector<std::string>& members) {
    if (conversations.count(id) > 0) return Code::conflict;
    conversations[id] = {type, members, {}, {}};
    return std::nullopt;
  }
  std::optional<std::string> direct_of(const std::string& one, const std::string& other) const {
    for (const auto& [id, conversation] : conversations) {
      if (conversation.type == ConversationType::DIRECT && conversation.has(one) && conversation.has(other)) return id;
    }
    return std::nullopt;
  }

  struct Sent {
    Refusal refusal{};
    std::int64_t seq = 0;
    bool duplicate = false;
  };
  Sent send(const std::string& user, const std::string& id, const std::string& content,
            const std::string& client_message_id) {
    ModelConversation* conversation = of_member(user, id);
    if (!conversation) return {Code::not_found};
    if (!client_message_id.empty()) {
      for (auto& [other_id, other] : conversations) {
        for (std::size_t i = 0; i < other.messages.size(); ++i) {
          const ModelMessage& message = other.messages[i];
          if (message.sender != user || message.client_message_id != client_message_id) continue;
          const bool same = other_id == id && (message.deleted || message.first_content == content);
          if (!same) return {Code::conflict};
          return {{}, static_cast<std::int64_t>(i + 1), true};
        }
      }
    }
    conversation->messages.push_back({{}, user, content, client_message_id, content});
    return {{}, conversation->last_seq(), false};
  }

  Refusal edit(const std::string& user, const std::string& id, ModelMessage& message, const std::string& content) {
    if (!of_member(user, id)) return Code::not_found;
    if (message.sender != user) return Code::forbidden;
    if (message.deleted) return Code::conflict;
    message.edited = message.edited || message.content != content;
    message.content = content;
    return std::nullopt;
  }
  Refusal erase(const std::string& user, const std::string& id, ModelMessage& message) {
    const ModelConversation* conversation = of_member(user, id);
    if (!conversation) return Code::not_found;
    if (message.sender != user && conversation->members.front() != user) return Code::forbidden;
    message.deleted = true;
    message.content.clear();
    message.reactions.clear();
    return std::nullopt;
  }
  Refusal react(const std::string& user, const std::string& id, ModelMessage& message, const std::string& emoji) {
    if (!of_member(user, id)) return Code::not_found;
    if (message.deleted) return Code::conflict;
    auto reaction = find(message, emoji);
    if (reaction == message.reactions.end()) reaction = message.reactions.insert(reaction, {emoji});
    auto& users = reaction->user_ids;
    if (std::find(users.begin(), users.end(), UserId{user}) == users.end()) users.push_back({user});
    return std::nullopt;
  }
  Refusal unreact(const std::string& user, const std::string& id, ModelMessage& message, const std::string& emoji) {
    if (!of_member(user, id)) return Code::not_found;
    const auto reaction = find(message, emoji);
    if (reaction == message.reactions.end()) return std::nullopt;
    std::erase(reaction->user_ids, UserId{user});
    if (reaction->user_ids.empty()) message.reactions.erase(reaction);
    return std::nullopt;
  }
  Refusal read(const std::string& user, const std::string& id, std::int64_t seq) {
    ModelConversation* conversation = of_member(user, id);
    if (!conversation) return Code::not_found;
    std::int64_t& mark = conversation->read[user];
    mark = std::max(mark, std::min(seq, conversation->last_seq()));
    return std::nullopt;
  }

  ModelConversation* of_member(const std::string& user, const std::string& id) {
    const auto found = conversations.find(id);
    return found != conversations.end() && found->second.has(user) ? &found->second : nullptr;
  }

 private:
  static std::vector<Reaction>::iterator find(ModelMessage& message, const std::string& emoji) {
    return std::find_if(message.reactions.begin(), message.reactions.end(),
                        [&](const Reaction& reaction) { return reaction.emoji == emoji; });
  }
};

} // namespace mentara::services
