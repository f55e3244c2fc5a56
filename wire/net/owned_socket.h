#pragma once

#include <unistd.h>

#include <utility>

namespace wire::net {

// A descriptor that is closed when nobody takes it.
class OwnedSocket {
 public:
  OwnedSocket() = default;
  explicit OwnedSocket(int fd) : fd_(fd) {}
  OwnedSocket(OwnedSocket&& other) noexcept : fd_(other.take()) {}
  OwnedSocket& operator=(OwnedSocket&& other) noexcept {
    close();
    fd_ = other.take();
    return *this;
  }
  ~OwnedSocket() { close(); }

  int get() const { return fd_; } // -1: none
  int take() { return std::exchange(fd_, -1); }
  void close() {
    if (const int fd = take(); fd >= 0) ::close(fd);
  }

 private:
  int fd_ = -1;
};

} // namespace wire::net
