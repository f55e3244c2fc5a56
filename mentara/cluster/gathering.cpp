#include "mentara/cluster/gathering.h"

#include <algorithm>
#include <utility>

#include "wire/base/random.h"

namespace mentara::cluster {

std::string Gathering::begin(std::size_t own, std::vector<std::string> others, bool heard, wire::TimePoint deadline,
                             Handler handler) {
  std::string request = wire::random_id(); // an answer to one that is gone must not meet its successor
  if (others.empty() || !heard) {
    handler({own, std::move(others)});
    return request;
  }
  pending_.emplace(request, Pending{{own, {}}, {others.begin(), others.end()}, deadline, std::move(handler)});
  return request;
}

void Gathering::on_answer(const std::string& request, const std::string& node, std::size_t number) {
  const auto found = pending_.find(request);
  if (found == pending_.end() || found->second.awaited.erase(node) == 0) return; // too late, or once more
  found->second.sum.number += number;
  if (found->second.awaited.empty()) finish(request);
}

void Gathering::on_node_lost(const std::string& node) {
  std::vector<std::string> over;
  for (auto& [request, pending] : pending_) {
    if (pending.awaited.erase(node) == 0) continue;
    pending.sum.missing.push_back(node);
    if (pending.awaited.empty()) over.push_back(request);
  }
  for (const std::string& request : over) finish(request);
}

void Gathering::on_time(wire::TimePoint now) {
  std::vector<std::string> over;
  for (const auto& [request, pending] : pending_) {
    if (pending.deadline <= now) over.push_back(request);
  }
  for (const std::string& request : over) finish(request);
}

wire::TimePoint Gathering::next() const {
  wire::TimePoint next = wire::TimePoint::max();
  for (const auto& [request, pending] : pending_) next = std::min(next, pending.deadline);
  return next;
}

void Gathering::finish(const std::string& request) {
  Pending pending = std::move(pending_.extract(request).mapped());
  pending.sum.missing.insert(pending.sum.missing.end(), pending.awaited.begin(), pending.awaited.end());
  std::sort(pending.sum.missing.begin(), pending.sum.missing.end());
  pending.handler(std::move(pending.sum));
}

} // namespace mentara::cluster
