#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <tuple>
#include <vector>

#include "wire/net/loop.h"

namespace mentara::ops {

// Looks at files every second and says when one of them has become another: written, replaced, removed or made. (An
// inotify watch would lose a file that a link of a link points to, which is how mounted secrets change.) On its loop.
class FileWatch {
 public:
  FileWatch(wire::net::Loop& loop, std::vector<std::string> paths, std::function<void()> on_change);

 private:
  // Inode, size, time of change in nanoseconds; zeros: not there.
  using State = std::tuple<std::uint64_t, std::int64_t, std::int64_t>;

  std::vector<State> look() const;
  void compare();

  const std::vector<std::string> paths_;
  const std::function<void()> on_change_;
  std::vector<State> seen_;
  wire::net::Timer timer_;
};

} // namespace mentara::ops
