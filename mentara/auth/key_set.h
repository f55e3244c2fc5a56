#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mentara/auth/public_key.h"
#include "mentara/config/config.h"

namespace mentara::auth {

std::size_t secret_bytes_min(JwtAlgorithm algorithm); // of an HMAC: the size of its hash

// A key and the one algorithm that it is for: what a token claims in its header can never choose another (threats J1,
// J2). Immutable; any thread.
class Key {
 public:
  // Throws std::invalid_argument when the secret is shorter than its hash (RFC 7518 §3.2), or is a PEM, which many may
  // read. An empty `id` is for tokens without `kid`.
  static Key hmac(JwtAlgorithm algorithm, std::string secret, std::string id = {});
  explicit Key(PublicKey key, std::string id = {})
      : algorithm_(key.algorithm()), public_key_(std::move(key)), id_(std::move(id)) {}

  const std::string& id() const { return id_; }
  JwtAlgorithm algorithm() const { return algorithm_; }

  bool verify(std::string_view text, std::string_view signature) const; // of a secret in constant time
  bool can_sign() const { return !public_key_; }
  std::string sign(std::string_view text) const; // the signature's bytes, when it can

 private:
  Key(JwtAlgorithm algorithm, std::string secret, std::string id)
      : algorithm_(algorithm), secret_(std::move(secret)), id_(std::move(id)) {}

  JwtAlgorithm algorithm_;
  std::string secret_{};
  std::optional<PublicKey> public_key_{}; // none: it is a secret
  std::string id_;
};

// The keys that the configuration names; nothing is ever added from a token (threats J4). Keys of one id stand side by
// side while one of them takes the other's place. Immutable; any thread.
class KeySet {
 public:
  // At least one, and at most limits::keys_per_id_max of one id; else throws std::invalid_argument.
  explicit KeySet(std::vector<Key> keys);
  // Reads the files that are named. Throws std::invalid_argument with one sentence that names the file.
  explicit KeySet(const AuthConfig& config);

  std::span<const Key> find(std::string_view id) const; // empty: unknown
  const Key* signing_key() const;                       // nullptr: public keys alone

 private:
  std::vector<Key> keys_; // sorted by id
};

} // namespace mentara::auth
