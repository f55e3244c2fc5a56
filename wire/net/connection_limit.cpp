#include "wire/net/connection_limit.h"

#include <sys/resource.h>

#include "wire/base/limits.h"

namespace wire::net {

std::size_t connections_max_of_process() {
  rlimit descriptors{};
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return limits::descriptors_reserved;
  const auto all = static_cast<std::size_t>(descriptors.rlim_cur);
  return all > 2 * limits::descriptors_reserved ? all - limits::descriptors_reserved : all / 2;
}

} // namespace wire::net
