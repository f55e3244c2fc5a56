#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mentara {

struct Url {
  std::string value;
  friend bool operator==(const Url&, const Url&) = default;
};

// What a browser takes as RTCIceServer.
struct IceServer {
  std::vector<Url> urls;
  std::string username{};
  std::string credential{};
  friend bool operator==(const IceServer&, const IceServer&) = default;
};

struct IceServers {
  std::vector<IceServer> servers;
  std::int64_t ttl_s = 0; // for which the credentials are good
};

} // namespace mentara
