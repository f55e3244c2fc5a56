#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/base/time.h"

namespace mentara::auth {

// What one key, such as a user or an address, took of a limit.
struct Taken {
  std::string key;
  double amount;
};

// A limit that counts on all nodes of a site together: what was taken here is collected to be told, and what was taken
// elsewhere is taken here too. Any thread.
class SharedLimit {
 public:
  virtual ~SharedLimit() = default;

  virtual void share() = 0; // before other threads use it; without it nothing is collected
  virtual std::vector<Taken> collect() = 0;
  virtual void take_elsewhere(std::string_view key, wire::TimePoint now, double amount) = 0;
};

} // namespace mentara::auth
