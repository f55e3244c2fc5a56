#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

// Keys of the curve P-256, which is the only one that Web Push knows. Bytes are kept as text.
struct evp_pkey_st;

namespace mentara::push {

inline constexpr std::size_t public_key_bytes = 65; // an uncompressed point
inline constexpr std::size_t private_key_bytes = 32;

class KeyPair {
 public:
  static KeyPair make();
  // None: it is no private key of the curve.
  static std::optional<KeyPair> from_private(std::string_view bytes);

  const std::string& public_key() const { return public_key_; }
  std::string private_key() const;
  // RFC 8291 §3.1: the secret that is shared with the owner of that public key; none: it is no point of the curve.
  std::optional<std::string> shared_secret(std::string_view public_key) const;
  std::string sign_es256(std::string_view text) const; // RFC 7518 §3.4: r and s, 32 bytes each

 private:
  explicit KeyPair(std::shared_ptr<evp_pkey_st> key);

  std::shared_ptr<evp_pkey_st> key_;
  std::string public_key_;
};

} // namespace mentara::push
