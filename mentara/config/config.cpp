#include "mentara/config/config.h"

namespace mentara {

std::string_view to_string(JwtAlgorithm algorithm) {
  switch (algorithm) {
    case JwtAlgorithm::HS256:
      return "HS256";
    case JwtAlgorithm::HS384:
      return "HS384";
    case JwtAlgorithm::HS512:
      return "HS512";
    case JwtAlgorithm::RS256:
      return "RS256";
    case JwtAlgorithm::ES256:
      return "ES256";
    case JwtAlgorithm::EdDSA:
      return "EdDSA";
  }
  return "";
}

std::vector<std::string> listen_addresses(const std::string& host) {
  if (host == "localhost") return {"127.0.0.1", "::1"};
  return {host};
}

} // namespace mentara
