#pragma once

#include <cstddef>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "mentara/domain/id.h"
#include "mentara/domain/revocation.h"
#include "wire/base/hash.h"

namespace mentara::auth {

// The revocations that hold, in memory, for every check of a token; what stores them is services/revocation_service.
// Any thread.
class Revocations {
 public:
  void add(const Revocation& revocation); // of one user's, the one with the latest issued_before holds
  void forget_expired(UnixTime now);

  bool concern(const Identity& identity) const;
  std::size_t count() const;

 private:
  mutable std::shared_mutex lock_;
  std::unordered_map<std::string, Revocation, wire::SeededHash, std::equal_to<>> by_token_;
  std::unordered_map<UserId, Revocation, IdHash> by_user_;
};

} // namespace mentara::auth
