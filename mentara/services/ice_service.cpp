#include "mentara/services/ice_service.h"

#include "mentara/auth/turn_credentials.h"

namespace mentara::services {
namespace {

std::vector<Url> to_urls(const std::vector<std::string>& texts) {
  std::vector<Url> urls;
  for (const std::string& text : texts) urls.push_back({text});
  return urls;
}

} // namespace

IceServers IceService::for_user(const UserId& user) const {
  IceServers servers{{}, servers_.turn_ttl.count()};
  if (!servers_.stun_urls.empty()) servers.servers.push_back({to_urls(servers_.stun_urls)});
  if (!servers_.turn_urls.empty()) {
    const UnixTime expires{clock_.now().ms + std::chrono::milliseconds(servers_.turn_ttl).count()};
    auto credentials = auth::turn_credentials(servers_.turn_secret, user, expires);
    servers.servers.push_back(
        {to_urls(servers_.turn_urls), std::move(credentials.username), std::move(credentials.password)});
  }
  return servers;
}

} // namespace mentara::services
