#include "mentara/gateways/stream.h"

#include <algorithm>
#include <utility>

namespace mentara::gateways {

Stream::Row Stream::on_row(Position position, bool is_own) {
  if (position <= sent_) return Row::skip;
  sent_ = position;
  if (is_own) return Row::own;
  if (!complete_) ++replayed_;
  return Row::give;
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
  if (delivered) proof.add(*std::move(delivered));
}

bool Stream::on_receipt(std::uint64_t receipt) {
  const bool was_ripening = ripening();
  while (!unproven_.empty() && unproven_.front().receipt <= receipt) {
    services::Proof& proof = unproven_.front().proof;
    if (!received_) {
      received_ = std::move(proof);
    } else {
      received_->position = proof.position;
      for (storage::Delivered& delivered : proof.delivered) received_->add(std::move(delivered));
    }
    unproven_.erase(unproven_.begin());
  }
  return !was_ripening && ripening();
}

std::optional<services::Proof> Stream::ripen() { return std::exchange(ripe_, std::exchange(received_, std::nullopt)); }

} // namespace mentara::gateways
