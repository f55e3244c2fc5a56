#include "wire/redis/client.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "wire/base/log.h"
#include "wire/base/random.h"
#include "wire/net/connection.h"
#include "wire/net/connector.h"

namespace wire::redis {
namespace {

// What a sentinel says of a master; none: it knows of none.
std::optional<Sentinel> place_of(const Reply& reply) {
  if (reply.elements.size() != 2) return std::nullopt;
  Sentinel place{reply.elements[0].text, 0};
  const std::string& port = reply.elements[1].text;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), place.port);
  if (error != std::errc() || end != port.data() + port.size() || place.host.empty()) return std::nullopt;
  return place;
}

} // namespace

struct Link::Impl final : std::enable_shared_from_this<Impl>, net::ConnectionHandler, Outbox {
  Impl(net::Loop& l, Address a, Login n, Handler h)
      : loop(l),
        address(std::move(a)),
        login(std::move(n)),
        handler(std::move(h)),
        connector(l),
        retry(l, [this] { connect(); }),
        tick(l, [this] { on_tick(); }) {}

  void connect() {
    asking = !address.sentinels.empty();
    if (!asking) return connect_to(address.host, address.port, login);
    const Sentinel& sentinel = address.sentinels[asked++ % address.sentinels.size()];
    connect_to(sentinel.host, sentinel.port, Login{.name = login.name});
  }
  void connect_to(const std::string& host, std::uint16_t port, const Login& as) {
    connector.connect(
        host, port, limits::redis_connect_timeout,
        [this, as](auto connected) {
          if (!connected) return on_failure(connected.error().text);
          connection = *std::move(connected);
          session.emplace(as, *this);
          connection->set_handler(*this);
          session->on_connected(loop.now());
          arm();
        },
        address.trust);
  }
  void ask_for_master() {
    const std::string_view words[] = {"SENTINEL", "get-master-addr-by-name", address.host};
    session->command(words, [this](const Reply* reply) {
      if (!reply) return;
      std::optional<Sentinel> master = place_of(*reply);
      // Not in the session's own call: it is destroyed then.
      loop.post([weak = weak_from_this(), master = std::move(master)] {
        if (const auto self = weak.lock(); self && self->asking && self->session) self->leave_sentinel(master);
      });
    });
  }
  void leave_sentinel(const std::optional<Sentinel>& master) {
    asking = false;
    tick.cancel();
    connection->abort();
    connection.reset();
    session->on_closed();
    session.reset();
    if (!master) return on_failure("the sentinel knows no master of the name " + address.host);
    connect_to(master->host, master->port, login);
  }
  void check_role() {
    const std::string_view words[] = {"ROLE"};
    session->command(words, [this](const Reply* reply) {
      if (!reply) return;
      if (!reply->elements.empty() && reply->elements[0].text == "master") return be_ready();
      fail("it is not the master: " + (reply->is_error() ? reply->text : std::string("ROLE says so")));
    });
  }
  void on_failure(const std::string& why) {
    // Once for each time that it is down: the pauses between attempts are short.
    if (!std::exchange(reported, true)) {
      log(LogLevel::warn, "Redis is not reachable; trying again until it is",
          {{"host", address.host}, {"port", address.port}, {"why", why}});
    }
    pause = std::min(std::max(2 * pause, limits::redis_backoff_min), limits::redis_backoff_max);
    // Many nodes lose it at the same moment: they should not come back at one.
    retry.arm(pause / 2 + pause * static_cast<long>(random_u64() % 1000) / 2000);
  }
  void arm() { tick.arm(std::max(session->wake_at() - loop.now(), Duration::zero())); }
  void on_tick() {
    if (!session) return;
    session->on_tick(loop.now());
    if (session) arm();
  }
  void end(const std::string& why) {
    const auto keep = shared_from_this();
    const bool was_ready = std::exchange(ready, false);
    tick.cancel();
    connection.reset();

    if (session) {
      session->on_closed();
      session.reset();
    }
    if (was_ready) handler.on_lost();
    if (!stopped) on_failure(why);
  }
  void stop() {
    stopped = true;
    retry.cancel();
    tick.cancel();
    connector.cancel();
    if (connection) connection->abort();
    connection.reset();
  }

  // net::ConnectionHandler
  void on_bytes(std::span<char> bytes) override {
    const auto keep = shared_from_this();
    session->on_bytes({bytes.data(), bytes.size()}, loop.now());
    if (!failure) return;
    connection->abort();
    end(*std::exchange(failure, std::nullopt));
  }
  void on_closed(net::CloseCause cause) override {
    if (cause != net::CloseCause::tls) return end("the connection was lost");
    const std::string why = connection->tls_failure();
    end("TLS: " + (why.empty() ? "no answer in time" : why));
  }

  // Outbox
  void send(std::string_view bytes) override { connection->send(bytes); }
  void on_ready() override {
    if (asking) return ask_for_master();
    if (!address.sentinels.empty()) return check_role();
    be_ready();
  }
  void be_ready() {
    if (std::exchange(reported, false)) {
      log(LogLevel::info, "Redis is reachable again", {{"host", address.host}, {"port", address.port}});
    }
    pause = Duration::zero();
    ready = true;
    handler.on_ready();
  }
  void on_message(std::string_view channel, std::string_view payload) override { handler.on_message(channel, payload); }
  void fail(std::string why) override {
    // Not in the session's own call: it is destroyed then.
    failure = why;
    loop.post([weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self || !self->failure || self->stopped) return;
      if (self->connection) self->connection->abort();
      self->end(*std::exchange(self->failure, std::nullopt));
    });
  }

  net::Loop& loop;
  const Address address;
  const Login login;
  Handler handler;
  net::Connector connector;
  net::Timer retry, tick;
  std::shared_ptr<net::Connection> connection;
  std::optional<Session> session;
  std::optional<std::string> failure;
  Duration pause = Duration::zero();
  std::size_t asked = 0; // sentinels
  bool asking = false;   // the connection is one to a sentinel
  bool ready = false;
  bool reported = false;
  bool stopped = false;
};

Link::Link(net::Loop& loop, Address address, Login login, Handler handler)
    : impl_(std::make_shared<Impl>(loop, std::move(address), std::move(login), std::move(handler))) {}

Link::~Link() { impl_->stop(); }

void Link::start() { impl_->connect(); }

Session* Link::session() { return impl_->ready && !impl_->failure ? &*impl_->session : nullptr; }

std::size_t Link::unsent_bytes() const { return impl_->connection ? impl_->connection->unsent_bytes() : 0; }

Client::Client(net::Loop& loop, const Address& address, const Login& login, Handler handler)
    : handler_(std::move(handler)),
      commands_(loop, address, login, {[this] { on_link(false); }, [this] { on_link(true); }, {}}),
      subscriber_(
          loop, address, login,
          {[this] {
             subscribe_all();
             on_link(false);
           },
           [this] { on_link(true); },
           [this](std::string_view channel, std::string_view payload) { handler_.on_message(channel, payload); }}) {}

void Client::start() {
  commands_.start();
  subscriber_.start();
}

bool Client::command(std::span<const std::string_view> words, OnReply on_reply) {
  Session* const session = commands_.session();
  if (!session || commands_.unsent_bytes() > limits::redis_unsent_bytes_max) return false;
  session->command(words, std::move(on_reply));
  return true;
}

void Client::subscribe(std::string channel) {
  const auto [added, is_new] = channels_.insert(std::move(channel));
  if (is_new) ask(*added, false);
}

void Client::subscribe_pattern(std::string pattern) {
  const auto [added, is_new] = patterns_.insert(std::move(pattern));
  if (is_new) ask(*added, true);
}

void Client::ask(const std::string& channel, bool pattern) {
  Session* const session = subscriber_.session();
  if (!session) return; // with the next connection
  ++unconfirmed_;
  auto on_subscribed = [this](const Reply* reply) {
    --unconfirmed_;
    if (reply) look();
  };
  pattern ? session->subscribe_pattern(channel, on_subscribed) : session->subscribe(channel, on_subscribed);
}

void Client::subscribe_all() {
  for (const std::string& channel : channels_) ask(channel, false);
  for (const std::string& pattern : patterns_) ask(pattern, true);
}

void Client::on_link(bool lost) {
  if (!lost) return look();
  if (std::exchange(ready_, false)) handler_.on_lost();
}

void Client::look() {
  if (ready_ || unconfirmed_ > 0 || !commands_.session() || !subscriber_.session()) return;
  ready_ = true;
  handler_.on_ready();
}

std::string escape_glob(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (c == '*' || c == '?' || c == '[' || c == ']' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern;
}

} // namespace wire::redis
