#include "mentara/services/shared_places.h"

#include <algorithm>

namespace mentara::services {

void SharedPlaces::join(const Listener& listener, const std::string& socket_id, Position position) {
  auto& parts = devices_[listener].parts;
  // Maybe one that left comes back. It is not known which: so the place of the one that was furthest ahead is free.
  auto free = parts.end();
  for (auto part = parts.begin(); part != parts.end(); ++part) {
    if (part->socket_id.empty() && (free == parts.end() || part->position > free->position)) free = part;
  }
  if (free != parts.end()) parts.erase(free);
  parts.push_back({socket_id, position});
}

std::optional<SharedPlaces::Position> SharedPlaces::prove(const Listener& listener, const std::string& socket_id,
                                                          Position position, wire::TimePoint now) {
  expire(now);
  const auto found = devices_.find(listener);
  if (found == devices_.end()) return std::nullopt;
  auto& [parts, told] = found->second;
  Position place = position;
  for (Part& part : parts) {
    if (part.socket_id == socket_id) part.position = std::max(part.position, position);
    place = std::min(place, part.position);
  }
  if (place <= told) return std::nullopt;
  told = place;
  return place;
}

void SharedPlaces::leave(const Listener& listener, const std::string& socket_id, wire::TimePoint now) {
  expire(now);
  const auto found = devices_.find(listener);
  if (found == devices_.end()) return;
  for (Part& part : found->second.parts) {
    if (part.socket_id != socket_id) continue;
    part.socket_id.clear();
    part.until = now + kept_after_leaving;
    left_.emplace_back(part.until, listener);
  }
}

void SharedPlaces::expire(wire::TimePoint now) {
  for (; !left_.empty() && left_.front().first <= now; left_.pop_front()) {
    const auto found = devices_.find(left_.front().second);
    if (found == devices_.end()) continue;
    std::erase_if(found->second.parts, [&](const Part& part) { return part.until <= now; });
    if (found->second.parts.empty()) devices_.erase(found);
  }
}

} // namespace mentara::services
