#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "wire/base/result.h"
#include "wire/base/time.h"
#include "wire/base/unique_function.h"
#include "wire/net/endpoint.h"
#include "wire/net/loop.h"

namespace wire::net {

struct ListenError {
  std::string text; // "cannot listen on 127.0.0.1:80: permission denied"
};

// Accepts connections on a loop. When descriptors run out it pauses instead of spinning; those connected are served on.
class Listener {
 public:
  // Called on the loop with a non-blocking socket that the callee owns.
  using OnAccept = UniqueFunction<void(int fd, Endpoint peer)>;

  // Port 0 takes a free one; see port(). `host` is an address or a name such as "localhost".
  static Result<std::unique_ptr<Listener>, ListenError> open(Loop& loop, const std::string& host, std::uint16_t port,
                                                             OnAccept on_accept);
  ~Listener();
  std::uint16_t port() const;
  void close();
  // Those who come in the meantime wait in the kernel's queue.
  void pause(Duration duration);

 private:
  struct Impl;
  explicit Listener(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

} // namespace wire::net
