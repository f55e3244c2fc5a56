#include "wire/eio/polling_transport.h"

#include <utility>

#include "wire/eio/packet_codec.h"
#include "wire/http/content_encoding.h"

namespace wire::eio {
namespace {

constexpr std::string_view close_packet = "1";
constexpr std::string_view noop_packet = "6";

} // namespace

PollingTransport::PollingTransport(net::Loop& loop, Session& session, Responder& responder,
                                   std::size_t payload_packets_max,
                                   std::optional<HttpCompressionOptions> http_compression)
    : loop_(loop),
      session_(session),
      responder_(responder),
      payload_packets_max_(payload_packets_max),
      http_compression_(http_compression) {}

PollingTransport::~PollingTransport() = default;

// --- in ---

void PollingTransport::open(http::Exchange& exchange, http::Headers initial_headers) {
  http::Response response = payload_response(exchange.request(), take_payload());
  for (auto& header : initial_headers) response.headers.push_back(std::move(header));
  responder_.respond(exchange, std::move(response));
}

void PollingTransport::on_poll(http::Exchange& exchange) {
  if (poll_) {
    // Two polls at once: which of them a packet took could never be told.
    answer_bare(exchange, 400);
    return session_.on_transport_closed(CloseReason::transport_error);
  }
  poll_ = &exchange;
  session_.on_poll();
  if (poll_ != &exchange) return; // whoever heard of it has ended the session
  if (closing_) {
    closed_ = true;
    Payload payload = take_payload();
    append_to_payload(payload.bytes, noop_packet, false);
    append_to_payload(payload.bytes, close_packet, false);
    answer_poll(std::move(payload));
    return session_.on_flushed();
  }
  if (!queue_.empty()) flush();
}

void PollingTransport::on_post_head(http::Exchange& exchange) {
  if (post_) {
    answer_bare(exchange, 400);
    responder_.abort(*std::exchange(post_, nullptr));
    return session_.on_transport_closed(CloseReason::transport_error);
  }
  if (exchange.request().header("content-type") ==
      "application/octet-stream") { // binary payloads ended with protocol 3
    answer_bare(exchange, 400);
    return session_.on_transport_closed(CloseReason::transport_error);
  }
  post_ = &exchange;
}

void PollingTransport::on_post(http::Exchange& exchange) {
  PayloadReader reader(exchange.request().body, payload_packets_max_);
  while (!reader.at_end() && !closed_) {
    const auto packet = reader.next();
    if (!packet) {
      session_.on_decode_error();
      break;
    }
    if (packet->type == PacketType::close) {
      release_poll();
      session_.on_transport_closed(CloseReason::transport_close);
      break;
    }
    session_.on_packet(*packet, loop_.now());
  }
  // Also when the payload ended the session: the client learns of it with its next poll.
  post_ = nullptr;
  responder_.respond(exchange, {200, {{"Content-Type", "text/html"}, {"cache-control", "no-store"}}, "ok"});
}

void PollingTransport::on_post_refused(http::Exchange& exchange) {
  if (post_ == &exchange) post_ = nullptr;
}

void PollingTransport::on_abort(http::Exchange& exchange) {
  if (poll_ == &exchange) {
    poll_ = nullptr;
  } else if (post_ == &exchange) {
    post_ = nullptr;
  } else {
    return;
  }
  session_.on_transport_closed(CloseReason::transport_error);
}

// --- out ---

Pressure PollingTransport::pressure() const { return pressure_of(queued_bytes_, loop_.unsent_limits()); }

void PollingTransport::queue(Queued packet, std::size_t bytes) {
  if (closed_ || closing_) return;
  queued_bytes_ += bytes;
  queue_.push_back(std::move(packet));
  if (!poll_ || turn_end_scheduled()) return;
  if (auto self = self_.lock()) loop_.at_turn_end(std::shared_ptr<net::TurnEnd>(std::move(self), this));
}

void PollingTransport::send(PacketType type, std::string_view data) {
  std::string packet(1, static_cast<char>(type));
  packet += data;
  const std::size_t bytes = packet.size();
  queue({{}, std::move(packet), false}, bytes);
}

void PollingTransport::send_binary(std::string_view bytes) { queue({{}, std::string(bytes), true}, bytes.size()); }

void PollingTransport::send(const SharedPacket& packet) { queue({packet, {}, packet.binary}, packet.packet().size()); }

void PollingTransport::flush() {
  if (!poll_ || queue_.empty() || closed_) return;
  answer_poll(take_payload());
  session_.on_polled();
  session_.on_drained();
}

PollingTransport::Payload PollingTransport::take_payload() {
  Payload payload;
  payload.bytes.reserve(queued_bytes_ + queue_.size());
  for (const Queued& packet : queue_) {
    append_to_payload(payload.bytes, packet.shared.frame ? packet.shared.packet() : packet.own, packet.binary);
    if (packet.shared.compress) payload.compress = true; // also that of a packet which is not shared
  }
  queue_ = {};
  queued_bytes_ = 0;
  return payload;
}

void PollingTransport::release_poll() {
  if (!poll_) return;
  if (queue_.empty()) {
    answer_poll(noop_packet);
  } else {
    flush();
  }
}

std::vector<PollingTransport::Queued> PollingTransport::give_up() {
  closed_ = true;
  if (poll_) answer_poll(close_packet);
  queued_bytes_ = 0;
  return std::exchange(queue_, {});
}

bool PollingTransport::close() {
  if (closed_) return true;
  if (!poll_) {
    closing_ = true;
    return false;
  }
  closed_ = true;
  Payload payload = take_payload();
  append_to_payload(payload.bytes, close_packet, false);
  answer_poll(std::move(payload));
  return true;
}

void PollingTransport::abort() {
  if (std::exchange(closed_, true)) return;
  if (poll_) answer_poll(close_packet);
}

void PollingTransport::answer_poll(Payload payload) {
  http::Exchange& poll = *std::exchange(poll_, nullptr);
  responder_.respond(poll, payload_response(poll.request(), std::move(payload)));
}

http::Response PollingTransport::payload_response(const http::Request& request, Payload payload) const {
  http::Response response{200, {{"Content-Type", "text/plain; charset=UTF-8"}, {"cache-control", "no-store"}}, {}};
  if (http_compression_ && payload.compress && payload.bytes.size() >= http_compression_->threshold) {
    if (const auto encoding = http::negotiate_encoding(request.header("accept-encoding").value_or(""))) {
      response.headers.emplace_back("Content-Encoding", http::to_string(*encoding));
      payload.bytes = http::compress(*encoding, payload.bytes);
    }
  }
  response.body = std::move(payload.bytes);
  return response;
}

void PollingTransport::answer_bare(http::Exchange& exchange, int status) {
  responder_.respond(exchange, {status, {}, {}});
}

} // namespace wire::eio
