#pragma once

#include <optional>
#include <string_view>

#include "wire/redis/session.h"

namespace wire::redis {

// Where a Redis is and who we are to it.
struct Url {
  bool tls = false;
  Address address{};
  Login login{};
};

// redis://[user[:password]@]host[:port][/database], rediss:// with TLS. A password alone is `:password@`. What has a
// meaning in a URL is escaped with %. None: it is no such URL.
std::optional<Url> parse_url(std::string_view text);

} // namespace wire::redis
