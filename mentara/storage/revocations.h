#pragma once

#include <cstddef>
#include <vector>

#include "mentara/domain/revocation.h"
#include "mentara/storage/store.h"

// Tokens that are good no longer.
namespace mentara::storage {

class KeptRevocations {
 public:
  virtual ~KeptRevocations() = default;
  virtual std::vector<Revocation> all() = 0;
};

class RevocationChanges {
 public:
  virtual ~RevocationChanges() = default;
  // Of one user's or of one token's, the later times of both hold.
  virtual void add(const Revocation& revocation) = 0;
  virtual void forget_expired(UnixTime now) = 0;
  virtual std::size_t count() = 0;
};

} // namespace mentara::storage
