#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mentara/domain/id.h"
#include "wire/base/time.h"

namespace mentara::gateways {

// Who is typing where. Nobody types for ever: it ends by itself, since a client that vanished says no stop. Pure: time
// is an argument.
class Typing {
 public:
  struct Typist {
    std::string socket_id;
    UserId user_id;
    ConversationId conversation_id;
    friend bool operator==(const Typist&, const Typist&) = default;
  };

  static constexpr wire::Duration ends_after = wire::seconds(5); // without a new start
  static constexpr wire::Duration told_again_after =
      wire::seconds(2); // a client that repeats itself is not relayed each time

  // True: the others are to be told.
  bool start(const Typist& typist, wire::TimePoint now);
  bool stop(const Typist& typist);
  // Those whose time is up; they are typing no more.
  std::vector<Typist> expire(wire::TimePoint now);
  // Everything that the socket was typing.
  std::vector<Typist> drop(std::string_view socket_id);

  std::optional<wire::TimePoint> next_expiry() const;
  bool empty() const { return entries_.empty(); }

 private:
  struct Entry {
    Typist typist;
    wire::TimePoint ends;
    wire::TimePoint told;
  };
  template <class Which>
  std::vector<Typist> take(Which which);

  std::vector<Entry> entries_; // few at any time
};

} // namespace mentara::gateways
