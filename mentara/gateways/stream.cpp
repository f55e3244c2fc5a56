#include "mentara/gateways/stream.h"

#include <algorithm>
#include <utility>

namespace mentara::gateways {

bool Stream::on_row(Position position) {
  if (position <= sent_) return false;
  sent_ = position;
  if (!complete_) ++replayed_;
  return true;
}

Stream::Next Stream::on_page(Position end, bool last, wire::Pressure pressure) {
  sent_ = std::max(sent_, end);
  // What was told while it read may lie above what the snapshot saw.
  if (!last || told_ > sent_) {
    if (pressure == wire::Pressure::none) return Next::read;
    state_ = State::waiting;
    return Next::wait;
  }
  state_ = State::fed;
  return std::exchange(complete_, true) ? Next::feed : Next::complete;
}

bool Stream::on_drained() {
  if (state_ != State::waiting) return false;
  state_ = State::reading;
  return true;
}

Stream::Verdict Stream::on_event(Position position, wire::Pressure pressure) {
  if (position <= sent_) return Verdict::skip;
  if (state_ != State::fed) {
    told_ = std::max(told_, position);
    return Verdict::skip;
  }
  if (pressure != wire::Pressure::none) {
    state_ = State::waiting;
    return Verdict::wait;
  }
  sent_ = position;
  return Verdict::send;
}

bool Stream::on_gap(Position position) {
  if (position <= sent_) return false;
  if (state_ != State::fed) {
    told_ = std::max(told_, position);
    return false;
  }
  state_ = State::reading;
  return true;
}

void Stream::on_asked(std::uint64_t receipt, std::optional<storage::Delivered> delivered) {
  if (unproven_.empty() || unproven_.back().receipt != receipt) unproven_.push_back({receipt, {}});
  services::Proof& proof = unproven_.back().proof;
  proof.position = sent_;
  if (!delivered) return;
  // Mostly of the conversation that spoke last. A second entry for one costs nothing but its memory.
  auto& watermarks = proof.delivered;
  const auto recent = watermarks.end() - static_cast<std::ptrdiff_t>(std::min<std::size_t>(watermarks.size(), 8));
  const auto same = std::find_if(recent, watermarks.end(), [&](const storage::Delivered& known) {
    return known.conversation_id == delivered->conversation_id;
  });
  if (same == watermarks.end()) {
    watermarks.push_back(*std::move(delivered));
  } else {
    same->seq = std::max(same->seq, delivered->seq);
  }
}

std::optional<services::Proof> Stream::on_receipt(std::uint64_t receipt) {
  std::optional<services::Proof> proof;
  while (!unproven_.empty() && unproven_.front().receipt <= receipt) {
    services::Proof& first = unproven_.front().proof;
    if (!proof) {
      proof = std::move(first);
    } else {
      proof->position = first.position;
      std::move(first.delivered.begin(), first.delivered.end(), std::back_inserter(proof->delivered));
    }
    unproven_.erase(unproven_.begin());
  }
  return proof;
}

} // namespace mentara::gateways
