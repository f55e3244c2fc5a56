#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace wire::redis::test {

// A real redis-server on a port of its own, for as long as this lives; it keeps nothing on disk.
class RedisServer {
 public:
  RedisServer() : RedisServer(std::vector<std::string>()) {}
  // With arguments of the program beside its port; "PORT" stands for that.
  explicit RedisServer(std::vector<std::string> arguments);
  static RedisServer with_tls(const std::string& certificate, const std::string& key); // the paths of the files
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
  const std::vector<std::string> arguments_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
};

} // namespace wire::redis::test
