#include "mentara/connections/viewer_board.h"

namespace mentara::connections {

bool ViewerBoard::open(const View& view, const Place& place) {
  const auto [entry, is_new] = entries_.try_emplace(view);
  entry->second.places.insert(place);
  entry->second.gone_at.reset();
  if (is_new) {
    by_conversation_[view.conversation_id].insert(view.user_id);
    by_user_[view.user_id].insert(view.conversation_id);
  }
  return is_new;
}

void ViewerBoard::hide_from(const View& view, std::vector<UserId> users) {
  const auto entry = entries_.find(view);
  if (entry != entries_.end()) entry->second.hidden_from = std::move(users);
}

void ViewerBoard::close(const View& view, const Place& place, wire::TimePoint now) {
  const auto entry = entries_.find(view);
  if (entry == entries_.end() || entry->second.places.erase(place) == 0 || !entry->second.places.empty()) return;
  entry->second.gone_at = now + limits::viewing_gone_after;
  going_.emplace_back(*entry->second.gone_at, view);
}

bool ViewerBoard::drop(const View& view) {
  if (!entries_.contains(view)) return false;
  forget(view);
  return true;
}

std::vector<std::pair<ViewerBoard::View, std::vector<UserId>>> ViewerBoard::on_time(wire::TimePoint now) {
  std::vector<std::pair<View, std::vector<UserId>>> gone;
  for (; !going_.empty() && going_.front().first <= now; going_.pop_front()) {
    const auto& [at, view] = going_.front();
    const auto entry = entries_.find(view);
    if (entry == entries_.end() || entry->second.gone_at != at) continue;
    gone.emplace_back(view, std::move(entry->second.hidden_from));
    forget(view);
  }
  return gone;
}

std::optional<wire::TimePoint> ViewerBoard::next_time() const {
  if (going_.empty()) return std::nullopt;
  return going_.front().first;
}

std::vector<UserId> ViewerBoard::viewers(const ConversationId& conversation) const {
  const auto found = by_conversation_.find(conversation);
  return found == by_conversation_.end() ? std::vector<UserId>()
                                         : std::vector<UserId>(found->second.begin(), found->second.end());
}

std::vector<UserId> ViewerBoard::hidden_from(const View& view) const {
  const auto entry = entries_.find(view);
  return entry == entries_.end() ? std::vector<UserId>() : entry->second.hidden_from;
}

std::vector<ViewerBoard::View> ViewerBoard::views_of(const UserId& user) const {
  std::vector<View> views;
  const auto found = by_user_.find(user);
  if (found == by_user_.end()) return views;
  for (const ConversationId& conversation : found->second) views.push_back({conversation, user});
  return views;
}

std::vector<ViewerBoard::View> ViewerBoard::views_at(const Place& place) const {
  std::vector<View> views;
  for (const auto& [view, entry] : entries_) {
    if (entry.places.contains(place)) views.push_back(view);
  }
  return views;
}

bool ViewerBoard::is_open(const View& view, const Place& place) const {
  const auto entry = entries_.find(view);
  return entry != entries_.end() && entry->second.places.contains(place);
}

std::vector<ViewerBoard::Place> ViewerBoard::places_of(const View& view) const {
  const auto entry = entries_.find(view);
  return entry == entries_.end() ? std::vector<Place>()
                                 : std::vector<Place>(entry->second.places.begin(), entry->second.places.end());
}

void ViewerBoard::forget(const View& view) {
  const View copy = view; // it may lie in what is erased
  entries_.erase(copy);
  const auto conversation = by_conversation_.find(copy.conversation_id);
  conversation->second.erase(copy.user_id);
  if (conversation->second.empty()) by_conversation_.erase(conversation);
  const auto user = by_user_.find(copy.user_id);
  user->second.erase(copy.conversation_id);
  if (user->second.empty()) by_user_.erase(user);
}

} // namespace mentara::connections
