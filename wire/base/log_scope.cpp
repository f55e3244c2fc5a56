#include "wire/base/log_scope.h"

#include <charconv>
#include <utility>

namespace wire {
namespace {

thread_local std::uint64_t current = 0;

}

LogScope::LogScope(std::uint64_t connection) : outer_(std::exchange(current, connection)) {}
LogScope::~LogScope() { current = outer_; }

std::uint64_t LogScope::connection() { return current; }

std::string LogScope::name_of(std::uint64_t connection) {
  char text[16];
  const auto end = std::to_chars(text, text + sizeof text, connection, 36).ptr;
  return std::string(text, end);
}

} // namespace wire
