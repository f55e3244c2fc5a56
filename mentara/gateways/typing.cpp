#include "mentara/gateways/typing.h"

#include <algorithm>
#include <utility>

namespace mentara::gateways {

std::vector<Typing::Entry>::iterator Typing::find(const Typist& typist) {
  return std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.typist.is(typist); });
}

bool Typing::start(const Typist& typist, wire::TimePoint now) {
  const auto found = find(typist);
  if (found == entries_.end()) {
    entries_.push_back({typist, now + ends_after, now});
    return true;
  }
  found->ends = now + ends_after;
  found->typist = typist;
  found->typing = true;
  if (now - found->told < told_again_after) return false;
  found->told = now;
  found->known = true;
  return true;
}

bool Typing::go_on(const Typist& typist, wire::TimePoint now) {
  const auto found = find(typist);
  if (found == entries_.end() || !found->typing || now - found->told >= told_again_after) return false;
  found->ends = now + ends_after;
  return true;
}

std::optional<Typing::Typist> Typing::stop(const Typist& typist) {
  const auto found = find(typist);
  if (found == entries_.end() || !found->typing) return std::nullopt;
  found->typing = false;
  if (!std::exchange(found->known, false)) return std::nullopt;
  return found->typist;
}

Typing::News Typing::expire(wire::TimePoint now) {
  News news;
  std::erase_if(entries_, [&](Entry& entry) {
    if (entry.typing && entry.ends <= now) {
      entry.typing = false;
      if (std::exchange(entry.known, false)) news.ended.push_back(entry.typist);
    }
    if (now - entry.told < told_again_after) return false;
    if (entry.typing && !entry.known) {
      entry.told = now;
      entry.known = true;
      news.began.push_back(entry.typist);
    }
    return !entry.typing;
  });
  return news;
}

std::vector<Typing::Typist> Typing::drop(std::string_view socket_id) {
  std::vector<Typist> dropped;
  std::erase_if(entries_, [&](const Entry& entry) {
    if (entry.typist.socket_id != socket_id) return false;
    if (entry.known) dropped.push_back(entry.typist);
    return true;
  });
  return dropped;
}

std::optional<wire::TimePoint> Typing::next_expiry() const {
  std::optional<wire::TimePoint> next;
  for (const Entry& entry : entries_) {
    wire::TimePoint due = entry.typing ? entry.ends : entry.told + told_again_after;
    if (entry.typing && !entry.known) due = std::min(due, entry.told + told_again_after);
    next = std::min(next.value_or(due), due);
  }
  return next;
}

} // namespace mentara::gateways
