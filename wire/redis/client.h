#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "wire/base/unique_function.h"
#include "wire/net/loop.h"
#include "wire/redis/session.h"

namespace wire::redis {

// A connection that is made anew, after a growing pause, for as long as this lives; with sentinels each time to the one
// that is the master then. Owned by its loop.
class Link final {
 public:
  struct Handler {
    UniqueFunction<void()> on_ready;
    UniqueFunction<void()> on_lost; // it was ready before
    UniqueFunction<void(std::string_view channel, std::string_view payload)> on_message;
  };
  Link(net::Loop& loop, Address address, Login login, Handler handler);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  void start();
  Session* session(); // that is ready; else nullptr
  std::size_t unsent_bytes() const;

 private:
  struct Impl;
  const std::shared_ptr<Impl> impl_;
};

// Commands and what is published, over two connections: RESP 2 wants subscribers apart. Nothing waits for a connection
// that is not there: what is lost is the caller's to know (delivery is at most once, as in Redis itself).
class Client {
 public:
  struct Handler {
    // Both connections are there, and everything that was subscribed is heard again.
    std::function<void()> on_ready;
    std::function<void()> on_lost; // either is not
    std::function<void(std::string_view channel, std::string_view payload)> on_message;
  };
  Client(net::Loop& loop, const Address& address, const Login& login, Handler handler);

  void start();
  bool ready() const { return ready_; }
  // False: it is not connected, or Redis has not read what was sent before; `on_reply` is not called.
  bool command(std::span<const std::string_view> words, OnReply on_reply = {});
  bool command(std::initializer_list<std::string_view> words, OnReply on_reply = {}) {
    return command(std::span(words.begin(), words.size()), std::move(on_reply));
  }
  // From now on, over every connection; each once.
  void subscribe(std::string channel);
  void subscribe_pattern(std::string pattern);

 private:
  void subscribe_all();
  void ask(const std::string& channel, bool pattern);
  void look();
  void on_link(bool lost);

  const Handler handler_;
  Link commands_;
  Link subscriber_;
  std::set<std::string> channels_, patterns_;
  std::size_t unconfirmed_ = 0;
  bool ready_ = false;
};

// A text as a glob pattern that matches it alone.
std::string escape_glob(std::string_view text);

} // namespace wire::redis
