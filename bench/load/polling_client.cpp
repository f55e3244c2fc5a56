#include "bench/load/polling_client.h"

#include <algorithm>
#include <charconv>

namespace load {
namespace {

constexpr char separator = '\x1e';

// The bytes behind the head; npos when it does not say.
std::size_t content_length(std::string head) {
  std::transform(head.begin(), head.end(), head.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  constexpr std::string_view name = "\r\ncontent-length: ";
  const std::size_t at = head.find(name);
  if (at == std::string::npos) return std::string::npos;
  std::size_t bytes = std::string::npos;
  std::from_chars(head.data() + at + name.size(), head.data() + head.size(), bytes);
  return bytes;
}

} // namespace

PollingClient::PollingClient(const Target& target, std::string_view auth) : Client(target, auth) {
  state_ = State::opening;
  query_ = target.path + "?EIO=4&transport=polling";
  out_ = "GET " + query_ + " HTTP/1.1\r\nHost: " + target.host + "\r\n\r\n";
}

void PollingClient::send_frame(std::string_view frame) {
  send_packet(frame);
  if (awaited_ == Awaited::nothing) request_next();
}

void PollingClient::send_packet(std::string_view packet) {
  if (!packets_.empty()) packets_ += separator;
  packets_ += packet;
}

void PollingClient::request_next() {
  if (packets_.empty()) {
    out_.append("GET ").append(query_).append(" HTTP/1.1\r\nHost: ").append(target_.host).append("\r\n\r\n");
    awaited_ = Awaited::poll;
    return;
  }
  out_.append("POST ").append(query_).append(" HTTP/1.1\r\nHost: ").append(target_.host);
  out_.append("\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: ").append(std::to_string(packets_.size()));
  out_.append("\r\n\r\n").append(packets_);
  packets_.clear();
  awaited_ = Awaited::post;
}

Result<void, std::string> PollingClient::on_bytes(std::string_view bytes, Events& events) {
  rest_ += bytes;
  std::size_t consumed = 0;
  while (consumed < rest_.size()) {
    const auto step = on_response(std::string_view(rest_).substr(consumed), events);
    if (!step) return step.error();
    if (*step == 0) break;
    consumed += *step;
  }
  rest_.erase(0, consumed);
  return {};
}

Result<std::size_t, std::string> PollingClient::on_response(std::string_view bytes, Events& events) {
  constexpr std::string_view end_of_head = "\r\n\r\n";
  const std::size_t head_bytes = bytes.find(end_of_head);
  if (head_bytes == std::string_view::npos) return std::size_t{0};
  const std::size_t length = content_length(std::string(bytes.substr(0, head_bytes)));
  if (!bytes.starts_with("HTTP/1.1 200 ") || length == std::string::npos) return "no answer: " + shortened(bytes);
  const std::size_t whole = head_bytes + end_of_head.size() + length;
  if (bytes.size() < whole) return std::size_t{0};

  const bool was_connected = state_ == State::connected;
  if (awaited_ == Awaited::open || awaited_ == Awaited::poll) {
    const auto handled = on_payload(bytes.substr(whole - length, length), events);
    if (!handled) return handled.error();
  }
  // One that has just been let in has nothing to wait for yet.
  awaited_ = Awaited::nothing;
  if (!packets_.empty() || was_connected || state_ != State::connected) request_next();
  return whole;
}

Result<void, std::string> PollingClient::on_payload(std::string_view payload, Events& events) {
  if (awaited_ == Awaited::open) {
    constexpr std::string_view before = R"(0{"sid":")";
    if (!payload.starts_with(before)) return "no session: " + shortened(payload);
    query_ += "&sid=";
    query_ += payload.substr(before.size(), payload.find('"', before.size()) - before.size());
  }
  while (!payload.empty()) {
    const std::size_t end = std::min(payload.find(separator), payload.size());
    const std::string_view packet = payload.substr(0, end);
    payload.remove_prefix(std::min(end + 1, payload.size()));
    if (packet.starts_with('b')) continue; // an attachment: counted with its packet
    if (const auto handled = on_packet(packet, events); !handled) return handled.error();
  }
  return {};
}

} // namespace load
