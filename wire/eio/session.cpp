#include "wire/eio/session.h"

#include <algorithm>
#include <utility>

#include "wire/base/json.h"

namespace wire::eio {

void Session::arm(TimePoint now, Duration delay) {
  deadline_ = now + delay;
  host_.wake_at(deadline_);
}

void Session::start(Transport& transport, std::string_view upgrades, TimePoint now) {
  const auto ms = [](Duration d) { return std::chrono::duration_cast<milliseconds>(d).count(); };
  transport_ = &transport;
  state_ = State::open;
  std::string open;
  JsonObjectWriter(open)
      .member("sid", sid_)
      .member("upgrades", RawJson{upgrades})
      .member("pingInterval", ms(options_.ping_interval))
      .member("pingTimeout", ms(options_.ping_timeout))
      .member("maxPayload", options_.max_http_buffer_size)
      .end();
  transport_->send(PacketType::open, open);
  arm(now, options_.ping_interval);
}

void Session::send_text(std::string_view message) {
  if (open()) transport_->send(PacketType::message, message);
}

void Session::send_binary(std::string_view message) {
  if (open()) transport_->send_binary(message);
}

void Session::on_packet(const Packet& packet, TimePoint now) {
  if (!open()) return;
  if (pong_due_ && packet.type != PacketType::pong && !std::exchange(pong_extended_, true)) {
    arm(now, options_.ping_timeout);
  }
  switch (packet.type) {
    case PacketType::message:
      if (handler_) handler_->on_message(*this, packet.data, packet.binary);
      return;
    case PacketType::pong:
      return on_pong(now);
    case PacketType::ping:
      return end(CloseReason::transport_error); // since protocol 4 the server pings
    case PacketType::close:
      return end(CloseReason::transport_close);
    case PacketType::open:
    case PacketType::upgrade:
    case PacketType::noop:
      return; // ignored on a session that is open
  }
}

// An unexpected one only restarts the interval: there is one timer, whatever a client sends (threats E12).
void Session::on_pong(TimePoint now) {
  arm(now, options_.ping_interval);
  if (!std::exchange(awaiting_pong_, false)) return;
  pong_due_ = pong_extended_ = false;
  if (receipt_wanted_) transport_->request_flush();
  if (receipt_by_ping_) prove_receipt();
}

std::uint64_t Session::request_receipt() {
  if (open() && !std::exchange(receipt_wanted_, true)) transport_->request_flush();
  return next_receipt_;
}

void Session::on_flush() {
  if (!receipt_wanted_ || awaiting_pong_ || !open()) return;
  receipt_wanted_ = false;
  receipt_by_ping_ = awaiting_pong_ = true;
  asked_receipt_ = next_receipt_++;
  transport_->send(PacketType::ping, {});
}

void Session::on_polled() {
  if (!std::exchange(receipt_wanted_, false)) return;
  receipt_by_ping_ = false;
  asked_receipt_ = next_receipt_++;
}

void Session::on_poll() {
  if (!receipt_by_ping_) prove_receipt();
}

void Session::prove_receipt() {
  const std::uint64_t receipt = std::exchange(asked_receipt_, 0);
  if (receipt != 0 && open() && handler_) handler_->on_receipt(*this, receipt);
}

void Session::on_time(TimePoint now) {
  if (state_ == State::closed) return;
  if (now < deadline_) return host_.wake_at(deadline_);
  if (state_ == State::closing) {
    transport_->abort();
    return end(closing_reason_);
  }
  if (pong_due_) return end(CloseReason::ping_timeout); // behind what is queued, as on Node
  pong_due_ = true;
  pong_extended_ = false;
  // One that was sent for a receipt and is not answered yet is as good.
  if (!std::exchange(awaiting_pong_, true)) transport_->send(PacketType::ping, {});
  // The wait began when the ping was due, as a client reckons that adds the two up; but a loop that stood still does
  // not take the pong's time away.
  arm(std::max(deadline_, now - options_.ping_timeout / 10), options_.ping_timeout);
}

void Session::on_probe_failed() {
  if (upgrade_ == Upgrade::probing) upgrade_ = Upgrade::none;
}

void Session::switch_to(Transport& transport) {
  upgrade_ = Upgrade::done;
  transport_ = &transport;
}

void Session::on_upgraded(TimePoint now) {
  // A ping that went out over polling may never be answered: the wait for its pong goes on over the new transport.
  if (awaiting_pong_) arm(now, options_.ping_timeout);
  // Nor may the next poll come that was to be the proof: a ping asks again.
  if (std::exchange(asked_receipt_, 0) != 0) receipt_wanted_ = true;
  if (receipt_wanted_) transport_->request_flush();
  if (state_ == State::closing) return end(closing_reason_);
  if (handler_) handler_->on_upgrade(*this);
}

void Session::resend(std::string_view packet, bool binary) {
  if (binary) {
    transport_->send_binary(packet);
  } else {
    transport_->send(static_cast<PacketType>(packet[0]), packet.substr(1));
  }
}

void Session::close(CloseReason reason, TimePoint now) {
  if (!open()) return;
  state_ = State::closing;
  closing_reason_ = reason;
  if (transport_->close()) return end(reason);
  awaiting_pong_ = pong_due_ = false;
  arm(now, options_.close_timeout); // a polling client hears of it with its next poll, if one comes
}

void Session::expel(TimePoint now) {
  if (open()) transport_->set_farewell(Farewell::blame);
  close(CloseReason::forced_close, now);
}

void Session::discard(CloseReason reason, Farewell farewell) {
  if (state_ == State::closed) return;
  if (farewell != Farewell::none) transport_->set_farewell(farewell);
  transport_->abort();
  end(reason);
}

void Session::end(CloseReason reason) {
  if (state_ == State::closed) return;
  state_ = State::closed;
  transport_->close();
  if (SessionHandler* handler = std::exchange(handler_, nullptr)) handler->on_close(*this, reason);
  host_.on_session_closed();
}

} // namespace wire::eio
