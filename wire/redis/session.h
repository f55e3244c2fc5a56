#pragma once

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/limits.h"
#include "wire/base/time.h"
#include "wire/base/unique_function.h"
#include "wire/redis/reply.h"
#include "wire/redis/reply_codec.h"

namespace wire::net {
class TlsTrust; // wire/net/tls_trust.h
}

namespace wire::redis {

struct Sentinel {
  std::string host;
  std::uint16_t port = 26379;
};

struct Address {
  std::string host = "127.0.0.1"; // with sentinels: the name under which they know the master
  std::uint16_t port = 6379;
  std::shared_ptr<const net::TlsTrust> trust{}; // none: what goes there is not encrypted
  std::vector<Sentinel> sentinels{};            // who say where the master is, asked in turn
};

// Who we are to the server.
struct Login {
  std::string user{};     // of an ACL; empty: the default user
  std::string password{}; // empty: none is asked for
  std::string name{};     // shown by CLIENT LIST
  int database = 0;       // channels are the same in all of them
};

// Called once. Nullptr: the connection was lost, and nobody knows whether the command was carried out.
using OnReply = UniqueFunction<void(const Reply*)>;

// What a session wants done.
class Outbox {
 public:
  virtual void send(std::string_view bytes) = 0;
  virtual void on_ready() = 0; // logged in; commands may be given from here on
  // On a channel, maybe one that a pattern matched.
  virtual void on_message(std::string_view channel, std::string_view payload) = 0;
  virtual void fail(std::string why) = 0; // close the connection, and call on_closed(); the last call

 protected:
  ~Outbox() = default;
};

// One connection to Redis: logs in, brings commands and their replies together, hears what is published, and notices
// when the other side has fallen silent. Knows no socket and no clock.
//
// After the first subscribe() RESP 2 allows nothing else but subscribing, so a subscriber is a session of its own.
class Session {
 public:
  Session(Login login, Outbox& outbox) : login_(std::move(login)), outbox_(outbox) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void on_connected(TimePoint now);
  void on_bytes(std::string_view bytes, TimePoint now);
  void on_tick(TimePoint now);
  void on_closed(); // every command that waits hears that it is lost
  TimePoint wake_at() const { return wake_at_; }

  bool ready() const { return state_ == State::ready; }
  // Only while it is ready.
  void command(std::span<const std::string_view> words, OnReply on_reply);
  void subscribe(std::string_view channel, OnReply on_subscribed);
  void subscribe_pattern(std::string_view pattern, OnReply on_subscribed);
  std::size_t waiting() const { return waiting_.size(); }

 private:
  enum class State : unsigned char { connecting, logging_in, ready, failed };

  void send(std::span<const std::string_view> words);
  void send_login();
  void on_reply(const Reply& reply);
  void on_login_reply(const Reply& reply);
  bool on_push(const Reply& reply); // false: it answers a command
  void fail(std::string why);

  const Login login_;
  Outbox& outbox_;
  ReplyParser parser_;
  State state_ = State::connecting;
  unsigned login_replies_ = 0; // that are to come
  bool subscribed_ = false;
  std::deque<OnReply> waiting_;                             // in the order of their commands
  std::map<std::string, OnReply, std::less<>> subscribing_; // by channel or pattern
  TimePoint wake_at_{};
  TimePoint heard_at_{};
  bool pinged_ = false;
};

} // namespace wire::redis
