#include "wire/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace wire {

void check_failed(const char* what, const std::source_location& where) {
  std::fprintf(stderr, "check failed: %s (%s:%u, %s)\n", what, where.file_name(), where.line(), where.function_name());
  std::abort();
}

} // namespace wire
