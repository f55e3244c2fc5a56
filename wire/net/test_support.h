#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "wire/base/check.h"
#include "wire/base/time.h"
#include "wire/net/loop.h"

// For tests that need real sockets: they drive the loop themselves, in their own thread, and never sleep.
namespace wire::net::test {

// Runs the loop until `done()`, asked at the end of each turn; false when that takes longer than anything here may
// take.
template <class Done>
bool run_until(Loop& loop, Done done) {
  struct Look final : TurnEnd, std::enable_shared_from_this<Look> {
    Look(Loop& l, Done& d) : loop(l), done(d) {}
    void look_at_turn_end() {
      loop.post([self = this->shared_from_this()] { self->loop.at_turn_end(self); });
    }
    void on_turn_end() override {
      held = done();
      held || Clock::now() > deadline ? loop.stop() : look_at_turn_end();
    }
    Loop& loop;
    Done& done;
    const TimePoint deadline = Clock::now() + seconds(20);
    bool held = false;
  };
  const auto look = std::make_shared<Look>(loop, done);
  look->look_at_turn_end();
  loop.run();
  return look->held;
}

// Lets everything happen that is ready.
inline void run_turns(Loop& loop, int turns = 20) {
  run_until(loop, [&] { return turns-- == 0; });
}

// The other side of a connection, as a plain socket.
class Client {
 public:
  explicit Client(int fd) : fd_(fd) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { close(); }

  static int connect_to(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    check(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "connect");
    return fd;
  }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      check(sent > 0, "send");
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // As much as fits, and says how much that was.
  std::size_t send_some(std::string_view bytes) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent > 0 ? static_cast<std::size_t>(sent) : 0;
  }
  void finish() { ::shutdown(fd_, SHUT_WR); } // says FIN and goes on reading
  void reset() {
    const linger at_once{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
  }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  // Reads what is there: at most `most` bytes.
  std::size_t read(std::size_t most = SIZE_MAX) {
    std::size_t count = 0;
    while (count < most) {
      char buffer[16 * 1024];
      const ssize_t received = ::recv(fd_, buffer, std::min(sizeof buffer, most - count), MSG_DONTWAIT);
      if (received == 0) ended_ = true;
      if (received < 0 && errno != EAGAIN && errno != EINTR) reset_ = true;
      if (received <= 0) break;
      received_.append(buffer, static_cast<std::size_t>(received));
      count += static_cast<std::size_t>(received);
    }
    return count;
  }
  const std::string& received() const { return received_; }
  std::string take_received() { return std::exchange(received_, {}); }
  bool ended() const { return ended_; } // FIN came
  bool was_reset() const { return reset_; }
  int fd() const { return fd_; }

 private:
  int fd_;
  std::string received_;
  bool ended_ = false;
  bool reset_ = false;
};

} // namespace wire::net::test
