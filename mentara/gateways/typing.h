#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mentara/domain/id.h"
#include "wire/base/time.h"

namespace mentara::gateways {

// Who is typing where. Nobody types for ever: it ends by itself, since a client that vanished says no stop. Others are
// told of a beginning once in two seconds at most, however often somebody starts and stops (threats E28): one that
// comes earlier waits, and is told when it still holds. Pure: time is an argument.
class Typing {
 public:
  struct Typist {
    std::string socket_id;
    UserId user_id;
    ConversationId conversation_id;
    std::vector<UserId> hidden_from{}; // who is not told
    friend bool operator==(const Typist&, const Typist&) = default;
    bool is(const Typist& other) const { // whoever is told
      return socket_id == other.socket_id && conversation_id == other.conversation_id;
    }
  };

  static constexpr wire::Duration ends_after = wire::seconds(5); // without a new start
  static constexpr wire::Duration told_again_after = wire::seconds(2);

  // True: the others are to be told now. False: they know, or hear of it from expire().
  bool start(const Typist& typist, wire::TimePoint now);
  // start() for who is known to be typing and was told of a moment ago. False: he is not.
  bool go_on(const Typist& typist, wire::TimePoint now);
  // Who was typing until now, as he was told of; none: he was not, or nobody knows of it.
  std::optional<Typist> stop(const Typist& typist);
  struct News {
    std::vector<Typist> began, ended;
  };
  News expire(wire::TimePoint now); // what is to be told because of the time
  // Everything that the socket was typing, as it was told of.
  std::vector<Typist> drop(std::string_view socket_id);

  std::optional<wire::TimePoint> next_expiry() const;
  bool empty() const { return entries_.empty(); }

 private:
  struct Entry { // also of who stopped, until he may be told of again
    Typist typist;
    wire::TimePoint ends;
    wire::TimePoint told; // that it began, last
    bool typing = true;
    bool known = true; // to the others
  };
  std::vector<Entry>::iterator find(const Typist& typist);

  std::vector<Entry> entries_; // few at any time
};

} // namespace mentara::gateways
