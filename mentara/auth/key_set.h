#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mentara/config/config.h"

namespace mentara::auth {

std::string_view to_string(JwtAlgorithm algorithm); // as `alg` spells it
std::size_t secret_bytes_min(JwtAlgorithm algorithm);

// A key and the one algorithm that it is for: what a token claims in its header can never choose another (threats J1,
// J2). Immutable; any thread.
class Key {
 public:
  // Throws std::invalid_argument when the secret is shorter than its hash (RFC 7518 §3.2). An empty `id` is for tokens
  // without `kid`.
  static Key hmac(JwtAlgorithm algorithm, std::string secret, std::string id = {});

  const std::string& id() const { return id_; }
  JwtAlgorithm algorithm() const { return algorithm_; }

  std::string sign(std::string_view text) const;                        // the signature's bytes
  bool verify(std::string_view text, std::string_view signature) const; // in constant time

 private:
  Key(JwtAlgorithm algorithm, std::string secret, std::string id)
      : algorithm_(algorithm), secret_(std::move(secret)), id_(std::move(id)) {}

  JwtAlgorithm algorithm_;
  std::string secret_;
  std::string id_;
};

// The keys that the configuration names; nothing is ever added from a token (threats J4). The first one signs.
class KeySet {
 public:
  explicit KeySet(std::vector<Key> keys); // at least one
  explicit KeySet(const AuthConfig& config);

  const Key* find(std::string_view id) const; // nullptr: unknown
  const Key& signing_key() const { return keys_.front(); }

 private:
  std::vector<Key> keys_;
};

} // namespace mentara::auth
