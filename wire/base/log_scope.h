#pragma once

#include <cstdint>
#include <string>

namespace wire {

// While it lives, every log line of this thread says on behalf of which connection it is: all lines of one can be found
// together. 0: none.
class LogScope {
 public:
  explicit LogScope(std::uint64_t connection);
  ~LogScope();
  LogScope(const LogScope&) = delete;
  LogScope& operator=(const LogScope&) = delete;

  static std::uint64_t connection();
  static std::string name_of(std::uint64_t connection); // as it stands in a line

 private:
  const std::uint64_t outer_;
};

} // namespace wire
