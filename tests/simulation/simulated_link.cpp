#include "tests/simulation/simulated_link.h"

#include <algorithm>
#include <utility>

#include "wire/base/random.h"
#include "wire/eio/packet_codec.h"
#include "wire/http/message.h"
#include "wire/sio/server.h"

namespace mentara::simulation {

namespace {

wire::http::Request handshake() {
  wire::http::Request request;
  request.method = "GET";
  request.target = "/socket.io/?EIO=4&transport=websocket";
  request.headers = {{"host", "simulation"}};
  request.peer = {"192.0.2.1", 4321};
  return request;
}

} // namespace

Link::Link(SimulatedNode& node, LinkUser& user, const LinkNature& nature)
    : node_(node),
      time_(node.site().time),
      dice_(node.site().dice),
      incarnation_(node.incarnation()),
      user_(&user),
      nature_(nature) {}

Link::~Link() = default;

// When what is sent now arrives at the other end: behind what was sent before.
TimePoint Link::arrival(TimePoint& last, std::size_t bytes, bool is_down) {
  TimePoint when = time_.now() + nature_.latency + dice_.between({}, nature_.jitter);
  if (is_down && nature_.bytes_per_ms > 0) {
    when = std::max(when, last) + std::chrono::microseconds(static_cast<std::int64_t>(
                                      1000.0 * static_cast<double>(bytes) / nature_.bytes_per_ms));
  }
  return last = std::max(when, last);
}

void Link::run_at_node(Scheduler::Task task) {
  if (!node_.runs() || node_.incarnation() != incarnation_) return;
  node_.post(std::move(task));
}

void Link::open() {
  time_.at(arrival(up_, 0, false), [self = shared_from_this()] {
    if (self->client_closed_) return;
    if (!self->node_.runs() || self->node_.incarnation() != self->incarnation_) {
      return self->close_client(self->nature_.latency); // nobody listens there
    }
    self->run_at_node([self] {
      if (!self->server_closed_) self->begin_session();
    });
  });
}

void Link::begin_session() {
  node_.add(shared_from_this());
  wire::sio::Server& server = node_.server();
  request_.emplace(handshake(), SkewedClock::begin_ms);
  session_.emplace(wire::random_id(), server.options(), static_cast<wire::eio::SessionHost&>(*this));
  timer_.emplace(server.loop(), [this] {
    const auto keep = shared_from_this();
    session_->on_time(node_.server().loop().now());
  });
  session_->start(*this, "[]", server.loop().now());
  client_.emplace(server, *session_, *request_);
}

// --- the client ---

void Link::send(std::string packet) {
  if (client_closed_ || black_) return;
  time_.at(arrival(up_, packet.size(), false), [self = shared_from_this(), packet = std::move(packet)]() mutable {
    if (self->black_) return;
    self->run_at_node([self, packet = std::move(packet)] {
      if (!self->session_ || !self->session_->open()) return;
      std::string scratch;
      const auto parsed = wire::eio::parse_packet(packet, scratch);
      if (!parsed) return self->session_->on_decode_error();
      self->session_->on_packet(*parsed, self->node_.server().loop().now());
    });
  });
}

void Link::leave() {
  abandon();
  if (black_) return;
  time_.at(arrival(up_, 0, false),
           [self = shared_from_this()] { self->run_at_node([self] { self->lose_session(); }); });
}

void Link::abandon() {
  client_closed_ = true;
  user_ = nullptr;
}

// --- the network ---

void Link::cut() {
  if (black_) return;
  black_ = true;
  close_client(dice_.between({}, milliseconds(300)));
  time_.after(dice_.between({}, milliseconds(300)),
              [self = shared_from_this()] { self->run_at_node([self] { self->lose_session(); }); });
}

void Link::black() { black_ = true; }

void Link::close_client(Duration delay) {
  const TimePoint when = std::max(time_.now() + delay, down_);
  time_.at(when, [self = shared_from_this()] {
    if (std::exchange(self->client_closed_, true)) return;
    if (LinkUser* const user = std::exchange(self->user_, nullptr)) user->on_closed(*self);
  });
}

void Link::to_client(std::string packet, std::size_t bytes) {
  const TimePoint when = arrival(down_, bytes, true);
  const bool is_slow = nature_.bytes_per_ms > 0;
  if (!is_slow) unsent_ -= bytes; // the kernel has taken it
  time_.at(when, [self = shared_from_this(), packet = std::move(packet), bytes, is_slow] {
    if (is_slow && !self->black_) {
      self->unsent_ -= bytes;
      if (self->unsent_ == 0) {
        self->run_at_node([self] {
          if (self->session_) self->session_->on_drained();
        });
      }
    }
    if (!self->black_ && self->user_) self->user_->on_packet(*self, packet);
  });
}

// --- the node ---

wire::Pressure Link::pressure() const { return wire::pressure_of(unsent_, node_.server().loop().unsent_limits()); }

void Link::send(wire::eio::PacketType type, std::string_view data) {
  queue(std::string(1, static_cast<char>(type)).append(data));
}

void Link::queue(std::string packet) {
  if (server_closed_) return;
  unsent_ += packet.size();
  queued_.push_back(std::move(packet));
  request_flush();
  if (pressure() == wire::Pressure::hard || pressure() == wire::Pressure::full) {
    run_at_node([self = shared_from_this()] { self->lose_session(); }); // it is too slow
  }
}

void Link::request_flush() {
  node_.server().loop().at_turn_end(std::shared_ptr<wire::net::TurnEnd>(shared_from_this(), this));
}

void Link::on_turn_end() {
  if (session_) session_->on_flush();
  if (black_) return queued_.clear();
  if (queued_.empty()) return;
  for (std::string& packet : std::exchange(queued_, {})) {
    const std::size_t bytes = packet.size();
    to_client(std::move(packet), bytes);
  }
  if (unsent_ > 0 || server_closed_) return;
  run_at_node([self = shared_from_this()] {
    if (self->session_) self->session_->on_drained();
  });
}

bool Link::close() {
  if (std::exchange(server_closed_, true)) return true;
  for (std::string& packet : std::exchange(queued_, {})) {
    const std::size_t bytes = packet.size();
    if (!black_) to_client(std::move(packet), bytes);
  }
  if (!black_) close_client(nature_.latency);
  return true;
}

void Link::wake_at(TimePoint when) {
  if (!timer_) return;
  timer_->arm(std::max(when - node_.server().loop().now(), Duration::zero()));
}

void Link::on_session_closed() {
  run_at_node([self = shared_from_this()] { // its call is on the stack
    self->timer_.reset();
    self->client_.reset();
    self->session_.reset();
    self->node_.remove(*self);
  });
}

void Link::lose_session() {
  if (session_) session_->on_transport_closed(wire::eio::CloseReason::transport_close);
}

void Link::on_process_died() {
  server_closed_ = true;
  queued_.clear();
  if (!black_) close_client(nature_.latency);
  if (session_) session_->discard(wire::eio::CloseReason::transport_close);
  timer_.reset();
  client_.reset();
  session_.reset();
}

} // namespace mentara::simulation
