#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "mentara/config/config.h"
#include "wire/base/result.h"

struct evp_pkey_st; // OpenSSL's EVP_PKEY

namespace mentara::auth {

// The half of a pair that checks signatures. Its kind alone says what it is for: RSA of 2048 to 8192 bits is RS256,
// P-256 is ES256, Ed25519 is EdDSA (RFC 7518 §3.3, §3.4, RFC 8037). Immutable; any thread.
class PublicKey {
 public:
  // What is wrong with a key completes "the key …".
  template <class T>
  using Read = wire::Result<T, std::string>;

  static Read<PublicKey> from_pem(std::string_view pem); // PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE
  // As a JWK says them (RFC 7518 §6): big-endian bytes.
  static Read<PublicKey> rsa(std::string_view modulus, std::string_view exponent);
  static Read<PublicKey> p256(std::string_view x, std::string_view y); // 32 bytes each
  static Read<PublicKey> ed25519(std::string_view point);              // 32 bytes

  JwtAlgorithm algorithm() const { return algorithm_; }

  // `signature` as a token holds it: of ES256 the 64 bytes of r and s, not DER (RFC 7518 §3.4).
  bool verify(std::string_view text, std::string_view signature) const;

 private:
  PublicKey(JwtAlgorithm algorithm, std::shared_ptr<evp_pkey_st> key) : algorithm_(algorithm), key_(std::move(key)) {}
  static Read<PublicKey> checked(std::shared_ptr<evp_pkey_st> key);

  JwtAlgorithm algorithm_;
  std::shared_ptr<evp_pkey_st> key_;
};

} // namespace mentara::auth
