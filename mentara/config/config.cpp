#include "mentara/config/config.h"

namespace mentara {

std::vector<std::string> listen_addresses(const std::string& host) {
  if (host == "localhost") return {"127.0.0.1", "::1"};
  return {host};
}

} // namespace mentara
