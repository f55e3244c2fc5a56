#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace wire::redis::test {

// A real redis-server on a port of its own, for as long as this lives; it keeps nothing on disk.
class RedisServer {
 public:
  RedisServer() : RedisServer("", "") {}
  // With TLS alone; the paths of the two files.
  RedisServer(std::string certificate, std::string key);
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  std::uint16_t port() const { return port_; }
  void start(); // again, on the same port
  void kill();  // -9
  void freeze();
  void thaw();

 private:
  void wait_until_it_answers() const;
  const std::string certificate_, key_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
};

} // namespace wire::redis::test
