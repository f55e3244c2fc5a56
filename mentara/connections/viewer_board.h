#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "mentara/domain/id.h"
#include "mentara/limits.h"
#include "wire/base/time.h"

namespace mentara::connections {

// Who has which conversation open. Pure: time is an argument. Owned by the home loop.
//
// A *place* is where he has it open: a socket of this node, or another node, which counts as one. He is gone
// `viewing_gone_after` the last one is: the reload of a page is no departure.
class ViewerBoard {
 public:
  using Place = std::string;
  struct View {
    ConversationId conversation_id;
    UserId user_id;
    friend bool operator==(const View&, const View&) = default;
  };

  // True: he is new there.
  bool open(const View& view, const Place& place);
  // Members who are not to know it: they block him, or he them.
  void hide_from(const View& view, std::vector<UserId> users);
  void close(const View& view, const Place& place, wire::TimePoint now);
  // At once, and wherever he has it open. False: he had not.
  bool drop(const View& view);

  // Who is gone by now.
  std::vector<std::pair<View, std::vector<UserId>>> on_time(wire::TimePoint now); // with those who are not to know it
  std::optional<wire::TimePoint> next_time() const;                               // somebody may be gone then

  std::vector<UserId> viewers(const ConversationId& conversation) const;
  std::vector<UserId> hidden_from(const View& view) const;
  std::vector<View> views_of(const UserId& user) const;
  std::vector<View> views_at(const Place& place) const; // looks at all
  bool is_open(const View& view, const Place& place) const;
  std::vector<Place> places_of(const View& view) const;
  std::size_t view_count() const { return entries_.size(); }

 private:
  struct ViewHash {
    std::size_t operator()(const View& view) const {
      return IdHash()(view.conversation_id) * 31 + IdHash()(view.user_id);
    }
  };
  struct Entry {
    std::unordered_set<Place> places{};
    std::vector<UserId> hidden_from{};
    std::optional<wire::TimePoint> gone_at{};
  };
  void forget(const View& view);

  std::unordered_map<View, Entry, ViewHash> entries_;
  std::unordered_map<ConversationId, std::unordered_set<UserId, IdHash>, IdHash> by_conversation_;
  std::unordered_map<UserId, std::unordered_set<ConversationId, IdHash>, IdHash> by_user_;
  std::deque<std::pair<wire::TimePoint, View>> going_; // whose last place was closed; they may have come back
};

} // namespace mentara::connections
