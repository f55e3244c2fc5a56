#include "wire/http/server.h"

#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "wire/base/check.h"
#include "wire/base/log.h"
#include "wire/http/message_codec.h"
#include "wire/http/session.h"
#include "wire/net/connection.h"

namespace wire::http {
namespace {

// While reading is paused the kernel does not tell that the peer has left.
constexpr Duration peer_check_interval = seconds(1);

// On its way between two loops: closed when it never arrives.
class OwnedSocket {
 public:
  explicit OwnedSocket(int fd) : fd_(fd) {}
  OwnedSocket(OwnedSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~OwnedSocket() {
    if (fd_ >= 0) ::close(fd_);
  }
  int take() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

void adopt_elsewhere(Server& server, int fd, net::Endpoint peer, std::string already_read,
                     net::ConnectionLimit::Place place) {
  server.loop().post([&server, socket = OwnedSocket(fd), peer = std::move(peer), already_read = std::move(already_read),
                      place = std::move(place)]() mutable {
    server.adopt(socket.take(), std::move(peer), std::move(already_read), std::move(place));
  });
}

// Whoever gets a connection by upgrade() sets a handler before the loop reads again.
class NobodyListens final : public net::ConnectionHandler {
  void on_bytes(std::span<char>) override { check(false, "an upgraded connection was left without a handler"); }
  void on_closed(net::CloseCause) override {}
};
NobodyListens nobody_listens;

} // namespace

// Between a socket, its session, and the handler of the current request.
class Server::Connection final : public Exchange,
                                 public std::enable_shared_from_this<Connection>,
                                 private net::ConnectionHandler,
                                 private net::TurnEnd,
                                 private net::WheelTimer {
 public:
  Connection(Server& server, std::shared_ptr<net::Connection> connection)
      : server_(server),
        connection_(std::move(connection)),
        session_(server.options_, {connection_->peer().address, connection_->peer().port}, server.loop_.now()) {}

  void start(std::string_view already_read) {
    connection_->set_handler(*this);
    session_.receive(already_read, now());
    advance();
  }
  void close_if_idle() {
    if (connection_ && !handler_ && session_.idle()) close();
  }
  void drop() { // the handler of an unanswered request hears of it
    if (!connection_) return;
    connection_->abort();
    end();
  }
  void drop_silently() {
    connection_->abort();
    connection_.reset();
    cancel();
  }

  const Request& request() const override { return session_.request(); }
  void set_body_limit(std::size_t bytes_max) override { session_.set_body_bytes_max(bytes_max); }
  void respond(Response response) override;
  void respond_raw(std::string bytes) override;
  std::shared_ptr<net::Connection> upgrade(std::string raw_response, std::string& leftover) override;
  void hand_over(Server& other) override;
  void abort() override;

 private:
  void on_bytes(std::span<char> bytes) override {
    session_.receive({bytes.data(), bytes.size()}, now());
    advance();
  }
  void on_drained() override { destination_ ? move_to_destination() : advance(); }
  void on_closed(net::CloseCause) override { end(); }
  void on_turn_end() override {
    if (connection_) advance();
  }
  void on_timer(TimePoint at) override;

  TimePoint now() const { return server_.loop_.now(); }
  void advance();
  void take(Session::Step step);
  void on_head();
  void on_too_large();
  void take_exchange();
  void answer(const Response& response);
  void fail();
  void close();
  void end();
  void leave();
  void move_to_destination();
  void watch();

  Server& server_;
  std::shared_ptr<net::Connection> connection_; // none: this object is about to go
  Session session_;
  Handler* handler_ = nullptr;    // of the unanswered request
  Server* destination_ = nullptr; // of hand_over(), until what was written before is gone
  bool advancing_ = false;
  bool paused_ = false;
};

void Server::Connection::advance() {
  if (advancing_) return; // a handler answered at once: the loop below goes on
  const auto self = shared_from_this();
  advancing_ = true;
  while (connection_ && !destination_) {
    // Who does not read the answers gets no more of them.
    if (!session_.unanswered() && connection_->pressure() != Pressure::none) break;
    const Session::Step step = session_.next(now());
    if (step == Session::Step::wait) break;
    take(step);
  }
  advancing_ = false;
  watch();
}

void Server::Connection::take(Session::Step step) {
  switch (step) {
    case Session::Step::wait:
      return;
    case Session::Step::head:
      return on_head();
    case Session::Step::go_on:
      return connection_->send(Session::continue_response());
    case Session::Step::too_large:
      return on_too_large();
    case Session::Step::request:
      return handler_->on_request(*this);
    case Session::Step::failed:
      return fail();
    case Session::Step::expired:
      return close();
  }
}

void Server::Connection::on_head() {
  context = nullptr;
  ++server_.counters_.requests;
  handler_ = server_.router_.find(request().path);
  if (handler_) return handler_->on_head(*this);
  ++server_.counters_.refused[404];
  answer({404, {{"Content-Type", "text/plain; charset=utf-8"}}, "Not Found\n"});
}

void Server::Connection::on_too_large() {
  ++server_.counters_.refused[413];
  handler_->on_too_large(*this);
  if (!handler_) return;
  handler_ = nullptr;
  answer({413, {}, {}});
}

void Server::Connection::answer(const Response& response) {
  if (server_.draining_) session_.close_after_answer();
  connection_->send_with([&](std::string& out) { session_.answer(response, now(), server_.date(), out); });
  if (session_.closed()) return close();
  // The next request begins when the one who answered has finished.
  if (!advancing_) server_.loop_.at_turn_end(std::shared_ptr<net::TurnEnd>(shared_from_this(), this));
}

void Server::Connection::fail() {
  ++server_.counters_.refused[session_.failure_status()];
  connection_->send(session_.failure_response(server_.date()));
  connection_->close();
  end();
}

void Server::Connection::close() {
  connection_->close();
  leave();
}

void Server::Connection::end() {
  const auto self = shared_from_this();
  if (Handler* handler = std::exchange(handler_, nullptr)) handler->on_abort(*this);
  leave();
}

void Server::Connection::leave() {
  cancel();
  connection_.reset();
  server_.connections_.erase(shared_from_this());
}

void Server::Connection::watch() {
  if (!connection_ || destination_) return;
  if (const bool full = session_.full(); full != paused_) {
    paused_ = full;
    full ? connection_->pause_reading() : connection_->resume_reading();
  }
  std::optional<TimePoint> wake = session_.deadline();
  if (paused_) wake = std::min(wake.value_or(TimePoint::max()), now() + peer_check_interval);
  if (wake) {
    server_.loop_.timers().arm(*this, *wake);
  } else {
    cancel();
  }
}

void Server::Connection::on_timer(TimePoint at) {
  const auto self = shared_from_this();
  if (destination_ || (paused_ && connection_->peer_ended())) return drop();
  take(session_.on_tick(at));
  watch();
}

// --- the exchange ---

void Server::Connection::take_exchange() {
  check(handler_ != nullptr, "a request was answered that had ended");
  handler_ = nullptr;
}

void Server::Connection::respond(Response response) {
  const auto self = shared_from_this();
  take_exchange();
  answer(response);
}

void Server::Connection::respond_raw(std::string bytes) {
  const auto self = shared_from_this();
  take_exchange();
  connection_->send(bytes);
  close();
}

void Server::Connection::abort() {
  const auto self = shared_from_this();
  take_exchange();
  connection_->abort();
  leave();
}

std::shared_ptr<net::Connection> Server::Connection::upgrade(std::string raw_response, std::string& leftover) {
  check(session_.complete(), "a request can become another protocol when it is complete");
  const auto self = shared_from_this();
  take_exchange();
  leftover = session_.take_unread();
  const auto connection = connection_;
  leave();
  connection->send(raw_response);
  connection->set_handler(nobody_listens);
  connection->resume_reading();
  return connection;
}

void Server::Connection::hand_over(Server& other) {
  const auto self = shared_from_this();
  take_exchange();
  destination_ = &other;
  connection_->pause_reading();
  if (connection_->unsent_bytes() == 0) return move_to_destination();
  server_.loop_.timers().arm(*this, now() + server_.options_.keep_alive_timeout); // an answer before is not read
}

void Server::Connection::move_to_destination() {
  const auto self = shared_from_this();
  std::string already_read = session_.take_all();
  net::Endpoint peer = connection_->peer();
  auto place = connection_->take_place();
  const int fd = connection_->release();
  leave();
  if (fd >= 0) adopt_elsewhere(*destination_, fd, std::move(peer), std::move(already_read), std::move(place));
}

// --- the server ---

Server::Server(net::Loop& loop, Options options)
    : loop_(loop),
      options_(options),
      connection_limit_(std::make_shared<net::ConnectionLimit>(
          options.connections_max > 0 ? options.connections_max : net::connections_max_of_process())) {}

Server::~Server() {
  for (const auto& connection : connections_) connection->drop_silently();
}

Result<std::uint16_t, net::ListenError> Server::listen(const std::string& host, std::uint16_t port) {
  auto listener = net::Listener::open(loop_, host, port, [this, index = listeners_.size()](int fd, net::Endpoint peer) {
    on_accept(index, fd, std::move(peer));
  });
  if (!listener) return listener.error();
  listeners_.push_back(std::move(*listener));
  return listeners_.back()->port();
}

void Server::on_accept(std::size_t listener, int fd, net::Endpoint peer) {
  auto place = net::ConnectionLimit::take(connection_limit_);
  if (!place) return turn_away(listener, fd, std::move(peer));
  ++counters_.accepted;
  if (distributor_.empty()) return adopt(fd, std::move(peer), {}, std::move(place));
  Server& chosen = *distributor_[next_++ % distributor_.size()];
  if (&chosen == this) return adopt(fd, std::move(peer), {}, std::move(place));
  adopt_elsewhere(chosen, fd, std::move(peer), {}, std::move(place));
}

// Some are told; the others wait in the kernel's queue until there is room, or until these are gone.
void Server::turn_away(std::size_t listener, int fd, net::Endpoint peer) {
  const auto connection = net::Connection::adopt(loop_, fd, std::move(peer));
  std::string answer;
  append_response(answer, {503, {{"Retry-After", "5"}}, {}}, {.keep_alive = false, .date = date()});
  connection->send(answer);
  connection->close();
  const std::uint64_t before = counters_.turned_away++;
  if (before % limits::turned_away_at_once_max != 0) return;
  listeners_[listener]->pause(limits::turned_away_pause);
  if (before % (100 * limits::turned_away_at_once_max) != 0) return; // a line for ten seconds of it
  log(LogLevel::warn, "as many connections as there may be: more are turned away",
      {{"connections", connection_limit_->taken()}, {"turned_away", counters_.turned_away}});
}

void Server::adopt(int fd, net::Endpoint peer, std::string already_read, net::ConnectionLimit::Place place) {
  auto connection = net::Connection::adopt(loop_, fd, std::move(peer), std::move(place));
  if (!connection->open()) return;
  const auto adopted = std::make_shared<Connection>(*this, std::move(connection));
  connections_.insert(adopted);
  adopted->start(already_read);
}

void Server::stop_listening() { listeners_.clear(); }

void Server::close_idle() {
  draining_ = true;
  const auto connections = connections_; // each may leave
  for (const auto& connection : connections) connection->close_if_idle();
}

void Server::close() {
  stop_listening();
  const auto connections = connections_;
  for (const auto& connection : connections) connection->drop();
}

std::string_view Server::date() {
  const std::int64_t now = std::time(nullptr);
  if (now != date_unix_seconds_) {
    date_unix_seconds_ = now;
    date_ = format_date(now);
  }
  return date_;
}

} // namespace wire::http
