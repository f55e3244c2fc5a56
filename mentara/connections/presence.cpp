#include "mentara/connections/presence.h"

#include <algorithm>

namespace mentara::connections {
namespace {

PresenceStatus to_status(PresenceWish wish) {
  switch (wish) {
    case PresenceWish::ONLINE:
      return PresenceStatus::ONLINE;
    case PresenceWish::AWAY:
      return PresenceStatus::AWAY;
    case PresenceWish::BUSY:
      return PresenceStatus::BUSY;
    case PresenceWish::INVISIBLE:
      return PresenceStatus::INVISIBLE;
  }
  return PresenceStatus::OFFLINE;
}

// While he is there, he is seen now; that is no news.
bool says_the_same(const Presence& one, const Presence& other) {
  return one.status == other.status && one.text == other.text && one.in_call == other.in_call &&
         (one.status != PresenceStatus::OFFLINE || one.last_seen_at == other.last_seen_at);
}

} // namespace

// --- what happens ---

void PresenceBoard::connected(const UserId& user, const std::string& socket_id, Now now) {
  Person& person = users_[user];
  person.socket_ids.insert(socket_id);
  person.online = true;
  person.offline_at.reset();
  if (person.settings.status != PresenceWish::INVISIBLE) person.last_seen_at = now.time;
  dirty_.insert(user);
}

void PresenceBoard::disconnected(const UserId& user, const std::string& socket_id, Now now) {
  const auto found = users_.find(user);
  if (found == users_.end() || found->second.socket_ids.erase(socket_id) == 0) return;
  Person& person = found->second;
  if (!person.socket_ids.empty()) return;
  // Who does not want to be seen leaves no trace of when he was here.
  if (person.settings.status != PresenceWish::INVISIBLE) person.last_seen_at = now.time;
  person.offline_at = now.point + delays_.offline_after;
  dirty_.insert(user);
}

void PresenceBoard::set(const UserId& user, PresenceSettings settings, Now now) {
  Person& person = users_[user];
  const bool hides = settings.status == PresenceWish::INVISIBLE;
  if (hides && person.online && person.settings.status != PresenceWish::INVISIBLE) person.last_seen_at = now.time;
  person.settings = std::move(settings);
  person.set_since = true;
  dirty_.insert(user);
}

void PresenceBoard::set_in_call(const UserId& user, bool in_call) {
  users_[user].in_call = in_call;
  dirty_.insert(user);
}

void PresenceBoard::load(const UserId& user, const PresenceSettings& settings, std::optional<UnixTime> last_seen_at) {
  const auto found = users_.find(user);
  if (found == users_.end()) return; // nobody asks for him any more
  Person& person = found->second;
  if (!person.set_since) person.settings = settings;
  if (!person.last_seen_at || settings.status == PresenceWish::INVISIBLE) person.last_seen_at = last_seen_at;
  person.loaded = true;
  if (!person.told_at) { // whoever asked before was answered so
    person.told = person.told_others = {.user_id = user, .last_seen_at = last_seen_at};
  }
  if (person.online) dirty_.insert(user);
}

bool PresenceBoard::is_loaded(const UserId& user) const {
  const auto found = users_.find(user);
  return found != users_.end() && found->second.loaded;
}

// --- who watches ---

bool PresenceBoard::subscribe(const std::string& socket_id, const UserId& viewer, const std::vector<UserId>& targets) {
  Watcher& watcher = watchers_[socket_id];
  watcher.viewer = viewer;
  std::unordered_set<UserId, IdHash> fresh;
  for (const UserId& target : targets) {
    if (!watcher.targets.contains(target)) fresh.insert(target);
  }
  if (watcher.targets.size() + fresh.size() > limits::presence_subscriptions_max) {
    if (watcher.targets.empty()) watchers_.erase(socket_id);
    return false;
  }
  for (const UserId& target : fresh) {
    watcher.targets.emplace(target, false);
    users_[target].watcher_ids.insert(socket_id);
  }
  if (watcher.targets.empty()) watchers_.erase(socket_id);
  return true;
}

void PresenceBoard::unsubscribe(const std::string& socket_id, const std::vector<UserId>& targets) {
  const auto watcher = watchers_.find(socket_id);
  if (watcher == watchers_.end()) return;
  for (const UserId& target : targets) {
    if (watcher->second.targets.erase(target) == 0) continue;
    users_[target].watcher_ids.erase(socket_id);
    forget_if_unused(target);
  }
  if (watcher->second.targets.empty()) watchers_.erase(watcher);
}

void PresenceBoard::leave(const std::string& socket_id, wire::TimePoint now) {
  const auto watcher = watchers_.find(socket_id);
  if (watcher == watchers_.end()) return;
  watcher->second.gone_at = now;
  left_.emplace_back(now, socket_id);
}

bool PresenceBoard::come_back(const std::string& socket_id) {
  const auto watcher = watchers_.find(socket_id);
  if (watcher == watchers_.end()) return false;
  watcher->second.gone_at.reset();
  return true;
}

std::vector<UserId> PresenceBoard::targets_of(const std::string& socket_id) const {
  std::vector<UserId> targets;
  const auto watcher = watchers_.find(socket_id);
  if (watcher == watchers_.end()) return targets;
  for (const auto& [target, visible] : watcher->second.targets) targets.push_back(target);
  return targets;
}

std::vector<PresenceBoard::Watch> PresenceBoard::all_watches() const {
  std::vector<Watch> watches;
  for (const auto& [socket_id, watcher] : watchers_) {
    for (const auto& [target, visible] : watcher.targets) watches.push_back({socket_id, watcher.viewer, target});
  }
  return watches;
}

bool PresenceBoard::set_visible(const std::string& socket_id, const UserId& target, bool visible) {
  const auto watcher = watchers_.find(socket_id);
  if (watcher == watchers_.end()) return false;
  const auto found = watcher->second.targets.find(target);
  if (found == watcher->second.targets.end()) return false;
  return std::exchange(found->second, visible) != visible;
}

std::vector<PresenceBoard::Watch> PresenceBoard::watches_between(const UserId& one,
                                                                 const std::vector<UserId>& others) const {
  std::vector<Watch> watches;
  const std::unordered_set<UserId, IdHash> wanted(others.begin(), others.end());
  const auto add = [&](const UserId& target, auto concerns) {
    const auto person = users_.find(target);
    if (person == users_.end()) return;
    for (const std::string& socket_id : person->second.watcher_ids) {
      const UserId& viewer = watchers_.at(socket_id).viewer;
      if (concerns(viewer)) watches.push_back({socket_id, viewer, target});
    }
  };
  add(one, [&](const UserId& viewer) { return viewer != one && wanted.contains(viewer); });
  for (const UserId& other : wanted) {
    if (other != one) add(other, [&](const UserId& viewer) { return viewer == one; });
  }
  return watches;
}

std::vector<PresenceBoard::Watch> PresenceBoard::watches_among(const std::vector<UserId>& users) const {
  std::vector<Watch> watches;
  const std::unordered_set<UserId, IdHash> wanted(users.begin(), users.end());
  for (const UserId& target : wanted) {
    const auto person = users_.find(target);
    if (person == users_.end()) continue;
    for (const std::string& socket_id : person->second.watcher_ids) {
      const UserId& viewer = watchers_.at(socket_id).viewer;
      if (viewer != target && wanted.contains(viewer)) watches.push_back({socket_id, viewer, target});
    }
  }
  return watches;
}

// --- what is seen ---

Presence PresenceBoard::shown(const UserId& user, const Person& person, UnixTime now) const {
  Presence presence{.user_id = user, .last_seen_at = person.last_seen_at};
  if (!person.online) return presence;
  const bool over = person.settings.until && *person.settings.until <= now;
  presence.status = over ? PresenceStatus::ONLINE : to_status(person.settings.status);
  if (!over) presence.text = person.settings.text;
  presence.in_call = person.in_call;
  if (presence.status != PresenceStatus::INVISIBLE) presence.last_seen_at = now;
  return presence;
}

Presence PresenceBoard::seen_by(const UserId& viewer, bool visible, const UserId& target, UnixTime now) const {
  const Presence nobody{.user_id = target};
  const auto found = users_.find(target);
  if (found == users_.end() || (!visible && viewer != target)) return nobody;
  Presence presence = shown(target, found->second, now);
  if (presence.status != PresenceStatus::INVISIBLE || viewer == target) return presence;
  return {.user_id = target, .last_seen_at = presence.last_seen_at};
}

std::vector<PresenceBoard::Change> PresenceBoard::on_time(Now now) {
  std::vector<Change> changes;
  while (!left_.empty() && left_.front().first + limits::presence_recovery <= now.point) {
    const auto [gone_at, socket_id] = std::move(left_.front());
    left_.pop_front();
    const auto watcher = watchers_.find(socket_id);
    if (watcher != watchers_.end() && watcher->second.gone_at == gone_at) drop(socket_id);
  }

  std::vector<UserId> waiting(dirty_.begin(), dirty_.end());
  for (const UserId& user : waiting) {
    const auto found = users_.find(user);
    if (found == users_.end()) {
      dirty_.erase(user);
      continue;
    }
    Person& person = found->second;
    if (!person.loaded) continue;
    if (person.told_at && now.point < *person.told_at + delays_.told_again_after) continue;
    bool later = false;
    if (person.offline_at) {
      if (now.point < *person.offline_at) {
        later = true; // he may be back
      } else {
        person.offline_at.reset();
        person.online = false;
        if (person.last_seen_at) gone_.emplace_back(user, *person.last_seen_at);
      }
    }
    Change change{.presence = seen_by({}, true, user, now.time), .own = shown(user, person, now.time)};
    const bool is_news = !says_the_same(change.presence, person.told_others);
    const bool is_own_news = !says_the_same(change.own, person.told);
    if (is_news || is_own_news) {
      person.told_others = change.presence;
      person.told = change.own;
      person.told_at = now.point;
      for (const std::string& socket_id : person.watcher_ids) {
        const Watcher& watcher = watchers_.at(socket_id);
        if (watcher.gone_at) continue;
        if (watcher.viewer == user) {
          change.own_socket_ids.push_back(socket_id);
        } else if (is_news &&
                   watcher.targets.at(user)) { // of who hides, others do not even hear that something changed
          change.socket_ids.push_back(socket_id);
        }
      }
      change.is_news = is_news;
      changes.push_back(std::move(change));
    }
    const bool ends = person.online && person.settings.until && *person.settings.until > now.time;
    if (!later && !ends) dirty_.erase(user);
    forget_if_unused(user);
  }
  return changes;
}

std::optional<wire::TimePoint> PresenceBoard::next_time(Now now) const {
  std::optional<wire::TimePoint> next;
  const auto note = [&](wire::TimePoint time) {
    if (!next || time < *next) next = time;
  };
  for (const UserId& user : dirty_) {
    const auto found = users_.find(user);
    if (found == users_.end() || !found->second.loaded) continue;
    const Person& person = found->second;
    wire::TimePoint time = now.point;
    if (person.offline_at) time = std::max(time, *person.offline_at);
    const auto& until = person.settings.until;
    if (!person.offline_at && until && *until > now.time && says_the_same(shown(user, person, now.time), person.told)) {
      time = std::max(time, now.point + std::chrono::milliseconds(until->ms - now.time.ms));
    }
    if (person.told_at) time = std::max(time, *person.told_at + delays_.told_again_after);
    note(time);
  }
  if (!left_.empty()) note(left_.front().first + limits::presence_recovery);
  return next;
}

std::vector<UserId> PresenceBoard::here() const {
  std::vector<UserId> users;
  for (const auto& [user, person] : users_) {
    const bool hides = person.settings.status == PresenceWish::INVISIBLE;
    if (person.loaded && !hides && !person.socket_ids.empty()) users.push_back(user);
  }
  return users;
}

std::vector<UserId> PresenceBoard::unloaded() const {
  std::vector<UserId> users;
  for (const UserId& user : dirty_) {
    if (!is_loaded(user) && users_.contains(user)) users.push_back(user);
  }
  return users;
}

void PresenceBoard::drop(const std::string& socket_id) { unsubscribe(socket_id, targets_of(socket_id)); }

bool PresenceBoard::unused(const Person& person) const {
  return person.socket_ids.empty() && person.watcher_ids.empty() && !person.online && !person.in_call;
}

void PresenceBoard::forget_if_unused(const UserId& user) {
  const auto found = users_.find(user);
  if (found == users_.end() || !unused(found->second)) return;
  users_.erase(found);
  dirty_.erase(user);
}

} // namespace mentara::connections
