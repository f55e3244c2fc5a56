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

Response full_address() {
  return {429,
          {{"Retry-After", "5"}, {"Content-Type", "text/plain; charset=utf-8"}},
          "This address has as many connections as it may have.\n",
          true};
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
        session_(server.options_, {connection_->peer().address, connection_->peer().port, connection_->secure()},
                 server.loop_.now()) {}

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
  void on_closed(net::CloseCause cause) override {
    if (cause == net::CloseCause::tls) ++server_.counters_.tls_failed;
    end();
  }
  void on_turn_end() override {
    if (connection_) advance();
  }
  void on_timer(TimePoint at) override;

  TimePoint now() const { return server_.loop_.now(); }
  void advance();
  void take(Session::Step step);
  void on_head();
  bool hold_address();
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
  if (!hold_address()) {
    ++server_.counters_.of_full_addresses;
    ++server_.counters_.refused[429];
    return answer(full_address());
  }
  handler_ = server_.router_.find(request().path);
  if (handler_) return handler_->on_head(*this);
  ++server_.counters_.refused[404];
  answer({404, {{"Content-Type", "text/plain; charset=utf-8"}}, "Not Found\n"});
}

// A connection of a proxy is for one client after the other. It counts for the one whose request came last.
bool Server::Connection::hold_address() {
  const std::string_view client = request().peer.address;
  if (client == connection_->peer().address) return true; // since it was accepted
  net::AddressLimit::Place place;
  const auto address = Address::parse(client);
  if (address && connection_->address_place().address() == address->limited_as()) return true;
  connection_->hold({});
  if (!server_.take_address_place(client, place)) return false;
  connection_->hold(std::move(place));
  return true;
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
  net::Arrival arrival = connection_->release();
  arrival.already_read.insert(0, already_read);
  leave();
  if (arrival.socket.get() >= 0) send_to(*destination_, std::move(arrival));
}

// --- the server ---

Server::Server(net::Loop& loop, Options options)
    : loop_(loop),
      options_(options),
      connection_limit_(std::make_shared<net::ConnectionLimit>(
          options.connections_max > 0 ? options.connections_max : net::connections_max_of_process())),
      address_limit_(options.address_limit ? options.address_limit
                     : options.connections_per_address_max > 0
                         ? std::make_shared<net::AddressLimit>(options.connections_per_address_max)
                         : nullptr) {}

Server::~Server() {
  stop_listening();
  for (const auto& connection : connections_) connection->drop_silently();
}

Result<std::uint16_t, net::ListenError> Server::listen(const std::string& host, std::uint16_t port,
                                                       ListenOptions options) {
  auto listening = std::make_unique<Port>(Port{.options = std::move(options)});
  auto listener = net::Listener::open(loop_, host, port, [this, here = listening.get()](int fd, net::Endpoint peer) {
    net::Arrival arrival;
    arrival.socket = net::OwnedSocket(fd);
    arrival.peer = std::move(peer);
    on_accept(*here, std::move(arrival));
  });
  if (!listener) return listener.error();
  listening->listener = std::move(*listener);
  ports_.push_back(std::move(listening));
  return ports_.back()->listener->port();
}

void Server::on_accept(Port& port, net::Arrival arrival) {
  arrival.place = net::ConnectionLimit::take(connection_limit_);
  if (!arrival.place) return turn_away(port, std::move(arrival));
  ++counters_.accepted;
  port.options.proxy_protocol ? read_proxy_header(port, std::move(arrival)) : admit(port, std::move(arrival));
}

void Server::read_proxy_header(Port& port, net::Arrival arrival) {
  const auto refuse = [this](net::ProxyError why) {
    ++counters_.proxy_refused[to_string(why)];
    log(LogLevel::debug, "a connection without a PROXY header that holds was closed", {{"why", to_string(why)}});
  };
  if (!options_.trusted_proxies.contains(arrival.peer.address)) return refuse(net::ProxyError::untrusted_peer);
  auto waiting = std::make_shared<net::Arrival>(std::move(arrival));
  const auto self = std::make_shared<std::weak_ptr<net::ProxyGate>>();
  auto gate = net::ProxyGate::open(
      loop_, std::move(waiting->socket),
      [this, &port, waiting, self, refuse](Result<net::ProxyGate::Passed, net::ProxyError> passed) {
        gates_.erase(self->lock());
        if (!passed) return refuse(passed.error());
        waiting->socket = std::move(passed->socket);
        if (passed->source) waiting->peer = std::move(*passed->source);
        admit(port, std::move(*waiting));
      });
  *self = gate;
  gates_.insert(std::move(gate));
}

void Server::admit(Port& port, net::Arrival arrival) {
  if (!take_address_place(arrival.peer.address, arrival.address_place)) {
    if (port.options.tls) arrival.socket.close(); // there is nothing to tell it before a handshake
    return refuse_address(std::move(arrival));
  }
  if (port.options.tls) {
    arrival.tls = port.options.tls->accept();
    if (!arrival.tls) return;
    count_handshake(port);
  }
  Server& chosen = distributor_.empty() ? *this : *distributor_[next_++ % distributor_.size()];
  &chosen == this ? take_over(std::move(arrival)) : send_to(chosen, std::move(arrival));
}

// Handshakes cost a thousand times what their peers pay: those above the rate wait in the kernel's queue (threats O2).
void Server::count_handshake(Port& port) {
  const unsigned windows_per_second = static_cast<unsigned>(seconds(1) / limits::tls_handshakes_window);
  const unsigned most = std::max(1u, port.options.tls->options().handshakes_per_second / windows_per_second);
  if (loop_.now() - port.handshakes_since >= limits::tls_handshakes_window) {
    port.handshakes_since = loop_.now();
    port.handshakes = 0;
  }
  if (++port.handshakes >= most && port.listener) port.listener->pause(limits::tls_handshakes_window);
}

bool Server::take_address_place(std::string_view address, net::AddressLimit::Place& place) const {
  if (!address_limit_) return true;
  const auto parsed = Address::parse(address);
  if (!parsed || options_.trusted_proxies.contains(*parsed)) return true;
  place = net::AddressLimit::take(address_limit_, parsed->limited_as());
  return static_cast<bool>(place);
}

// Some are told; the others wait in the kernel's queue until there is room, or until these are gone.
void Server::turn_away(Port& port, net::Arrival arrival) {
  if (port.options.tls) arrival.socket.close();
  answer_and_close(std::move(arrival), {503, {{"Retry-After", "5"}}, {}});
  const std::uint64_t before = counters_.turned_away++;
  if (before % limits::turned_away_at_once_max != 0) return;
  port.listener->pause(limits::turned_away_pause);
  if (before % (100 * limits::turned_away_at_once_max) != 0) return; // a line for ten seconds of it
  log(LogLevel::warn, "as many connections as there may be: more are turned away",
      {{"connections", connection_limit_->taken()}, {"turned_away", counters_.turned_away}});
}

// Others come to the same port, so it is not paused: those who are answered keep their place of the server, and they
// are few; the rest is only closed.
void Server::refuse_address(net::Arrival arrival) {
  const std::uint64_t before = counters_.of_full_addresses++;
  if (before % 1000 == 0) {
    log(LogLevel::warn, "an address has as many connections as it may: more are refused",
        {{"address", arrival.peer.address}, {"refused", counters_.of_full_addresses}});
  }
  if (loop_.now() - addresses_told_since_ >= seconds(1)) {
    addresses_told_since_ = loop_.now();
    addresses_told_ = 0;
  }
  if (++addresses_told_ <= limits::addresses_told_per_second_max) {
    answer_and_close(std::move(arrival), full_address());
  }
}

void Server::answer_and_close(net::Arrival arrival, const Response& response) {
  if (arrival.socket.get() < 0) return;
  const auto connection = net::Connection::adopt(loop_, std::move(arrival));
  std::string answer;
  append_response(answer, response, {.keep_alive = false, .date = date()});
  connection->send(answer);
  connection->close();
}

void Server::adopt(int fd, net::Endpoint peer) {
  net::Arrival arrival;
  arrival.socket = net::OwnedSocket(fd);
  arrival.peer = std::move(peer);
  take_over(std::move(arrival));
}

void Server::take_over(net::Arrival arrival) {
  const std::string already_read = std::move(arrival.already_read);
  auto connection = net::Connection::adopt(loop_, std::move(arrival));
  if (!connection->open()) return;
  const auto adopted = std::make_shared<Connection>(*this, std::move(connection));
  connections_.insert(adopted);
  adopted->start(already_read);
}

void Server::send_to(Server& other, net::Arrival arrival) {
  other.loop_.post([&other, arrival = std::move(arrival)]() mutable { other.take_over(std::move(arrival)); });
}

void Server::stop_listening() {
  for (const auto& gate : gates_) gate->close();
  gates_.clear();
  ports_.clear();
}

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
