#include "bench/load/fleet.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "wire/base/check.h"

namespace load {
namespace {

constexpr std::size_t read_buffer_bytes = 256 * 1024;
constexpr int events_per_turn = 512;

std::runtime_error system_error(const std::string& what) { return std::runtime_error(what + ": " + strerror(errno)); }

sockaddr_in resolve(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0) {
    throw std::runtime_error("cannot resolve " + host + ": " + gai_strerror(error));
  }
  sockaddr_in address{};
  std::memcpy(&address, found->ai_addr, sizeof address);
  freeaddrinfo(found);
  address.sin_port = htons(port);
  return address;
}

bool is_loopback(const sockaddr_in& address) { return ntohl(address.sin_addr.s_addr) >> 24 == 127; }

void allow_open_files(std::size_t connections) {
  constexpr std::size_t for_ourselves = 32;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (connections + for_ourselves > limit.rlim_max) {
    throw std::runtime_error("only " + std::to_string(limit.rlim_max) +
                             " files may be open here (ulimit -Hn): too few for so many connections");
  }
}

// One address allows as many connections to one server as there are ephemeral ports, so they are spread over several.
void bind_source(int socket, std::size_t source) {
  const int on = 1;
  setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on); // connect() then chooses the port
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + static_cast<std::uint32_t>(source));
  if (bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw system_error("bind");
}

} // namespace

Connection::Connection(Fleet& fleet, std::size_t place, const Target& target, std::string_view auth)
    : index(place), opened_at(Clock::now()), fleet_(fleet), client_(make_client(target, auth)) {}

Connection::~Connection() {
  if (socket_ != -1) ::close(socket_);
}

void Connection::on_connected() {
  ++fleet_.connected_;
  fleet_.events_.on_connected(*this);
}
void Connection::on_ack(std::uint64_t id, std::string_view arguments) { fleet_.events_.on_ack(*this, id, arguments); }
void Connection::on_event(std::string_view event_and_arguments) { fleet_.events_.on_event(*this, event_and_arguments); }

Fleet::Fleet(const Options& options, Events& events)
    : options_(options),
      events_(events),
      target_{options.host + ":" + std::to_string(options.port), options.path, options.nsp, options.framing},
      address_(resolve(options.host, options.port)),
      read_buffer_(read_buffer_bytes),
      connections_(std::max(options.connections, options.in_flight)) {
  allow_open_files(connections_.size());
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ == -1) throw system_error("epoll_create1");
}

Fleet::~Fleet() { ::close(epoll_); }

void Fleet::open(std::size_t index) {
  wire::check(!connections_[index], "this place of the fleet is taken");
  const auto& auths = options_.auths;
  const std::string_view auth = auths.empty() ? std::string_view{} : auths[index % auths.size()];
  connections_[index] = std::make_unique<Connection>(*this, index, target_, auth);
  Connection& connection = *connections_[index];

  connection.socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (connection.socket_ == -1) throw system_error("socket");
  const int on = 1;
  setsockopt(connection.socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (is_loopback(address_)) bind_source(connection.socket_, opened_ % options_.source_addresses);
  ++opened_;
  if (::connect(connection.socket_, reinterpret_cast<const sockaddr*>(&address_), sizeof address_) != 0 &&
      errno != EINPROGRESS) {
    throw system_error("cannot connect to " + target_.host);
  }
  watch(connection, true, EPOLL_CTL_ADD);
}

void Fleet::send_frame(Connection& connection, std::string_view frame) {
  connection.client_->send_frame(frame);
  mark_dirty(connection);
}

void Fleet::leave(Connection& connection) {
  connection.client_->leave();
  mark_dirty(connection);
}

void Fleet::run_turn(TimePoint deadline) {
  flush_dirty();
  const auto left = std::chrono::ceil<wire::milliseconds>(deadline - Clock::now()).count();
  const int wait_ms = static_cast<int>(std::clamp<std::int64_t>(left, 0, 100));
  std::array<epoll_event, events_per_turn> ready;
  const int count = epoll_wait(epoll_, ready.data(), events_per_turn, wait_ms);
  if (count == -1 && errno != EINTR) throw system_error("epoll_wait");
  now_ = Clock::now();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = ready[static_cast<std::size_t>(i)];
    on_ready(*static_cast<Connection*>(event.data.ptr), event.events);
  }
}

void Fleet::on_ready(Connection& connection, std::uint32_t ready) {
  if (ready & EPOLLOUT) mark_dirty(connection);
  // Each connection is answered before the next is read, as independent clients would: the server can work on the one
  // while we read the other.
  if (ready & (EPOLLIN | EPOLLHUP | EPOLLERR)) on_readable(connection);
  flush_dirty();
}

void Fleet::on_readable(Connection& connection) {
  const ssize_t got = ::recv(connection.socket_, read_buffer_.data(), read_buffer_.size(), 0);
  if (got == -1 && (errno == EAGAIN || errno == EINTR)) return;
  now_ = Clock::now();
  const bool leaving = connection.client_->state() == Client::State::leaving;
  if (got <= 0 && !leaving) {
    throw broken(connection, got == 0 ? "the server closed the socket" : strerror(errno));
  }
  if (got > 0) {
    const auto read = connection.client_->on_bytes({read_buffer_.data(), static_cast<std::size_t>(got)}, connection);
    if (!read) throw broken(connection, read.error());
  }
  if (got <= 0 || connection.client_->state() == Client::State::closed) {
    std::erase(dirty_, &connection);
    const std::unique_ptr<Connection> closed = std::move(connections_[connection.index]);
    events_.on_closed(*closed);
    return;
  }
  if (!connection.client_->out().empty()) mark_dirty(connection);
}

std::runtime_error Fleet::broken(const Connection& connection, const std::string& what) const {
  return std::runtime_error("connection " + std::to_string(connection.index) + " to " + target_.host + ": " + what);
}

void Fleet::mark_dirty(Connection& connection) {
  if (connection.dirty_) return;
  connection.dirty_ = true;
  dirty_.push_back(&connection);
}

void Fleet::flush_dirty() {
  for (std::size_t i = 0; i < dirty_.size(); ++i) flush(*dirty_[i]);
  dirty_.clear();
}

void Fleet::flush(Connection& connection) {
  connection.dirty_ = false;
  std::string& out = connection.client_->out();
  if (!out.empty()) {
    const ssize_t sent = ::send(connection.socket_, out.data(), out.size(), MSG_NOSIGNAL);
    if (sent == -1 && errno != EAGAIN && errno != EINTR && connection.client_->state() != Client::State::leaving) {
      throw broken(connection, strerror(errno));
    }
    if (sent > 0) out.erase(0, static_cast<std::size_t>(sent));
  }
  if (connection.waits_to_write_ == out.empty()) watch(connection, !out.empty(), EPOLL_CTL_MOD);
}

void Fleet::watch(Connection& connection, bool for_writing, int operation) {
  epoll_event event{};
  event.events = for_writing ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = &connection;
  if (epoll_ctl(epoll_, operation, connection.socket_, &event) != 0) throw system_error("epoll_ctl");
  connection.waits_to_write_ = for_writing;
}

} // namespace load
