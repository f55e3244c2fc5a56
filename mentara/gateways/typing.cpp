#include "mentara/gateways/typing.h"

#include <algorithm>

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
  if (now - found->told < told_again_after) return false;
  found->told = now;
  return true;
}

bool Typing::go_on(const Typist& typist, wire::TimePoint now) {
  const auto found = find(typist);
  if (found == entries_.end() || now - found->told >= told_again_after) return false;
  found->ends = now + ends_after;
  return true;
}

std::optional<Typing::Typist> Typing::stop(const Typist& typist) {
  const auto found = find(typist);
  if (found == entries_.end()) return std::nullopt;
  Typist stopped = std::move(found->typist);
  entries_.erase(found);
  return stopped;
}

template <class Which>
std::vector<Typing::Typist> Typing::take(Which which) {
  std::vector<Typist> taken;
  std::erase_if(entries_, [&](const Entry& entry) {
    if (!which(entry)) return false;
    taken.push_back(entry.typist);
    return true;
  });
  return taken;
}

std::vector<Typing::Typist> Typing::expire(wire::TimePoint now) {
  return take([&](const Entry& entry) { return entry.ends <= now; });
}

std::vector<Typing::Typist> Typing::drop(std::string_view socket_id) {
  return take([&](const Entry& entry) { return entry.typist.socket_id == socket_id; });
}

std::optional<wire::TimePoint> Typing::next_expiry() const {
  const auto first = std::min_element(entries_.begin(), entries_.end(),
                                      [](const Entry& a, const Entry& b) { return a.ends < b.ends; });
  if (first == entries_.end()) return std::nullopt;
  return first->ends;
}

} // namespace mentara::gateways
