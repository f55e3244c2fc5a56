#include "mentara/auth/key_set.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <stdexcept>

#include "wire/base/check.h"

namespace mentara::auth {
namespace {

const EVP_MD* hash_of(JwtAlgorithm algorithm) {
  switch (algorithm) {
    case JwtAlgorithm::HS256:
      return EVP_sha256();
    case JwtAlgorithm::HS384:
      return EVP_sha384();
    case JwtAlgorithm::HS512:
      return EVP_sha512();
  }
  return nullptr;
}

} // namespace

std::string_view to_string(JwtAlgorithm algorithm) {
  switch (algorithm) {
    case JwtAlgorithm::HS256:
      return "HS256";
    case JwtAlgorithm::HS384:
      return "HS384";
    case JwtAlgorithm::HS512:
      return "HS512";
  }
  return "";
}

std::size_t secret_bytes_min(JwtAlgorithm algorithm) {
  return static_cast<std::size_t>(EVP_MD_get_size(hash_of(algorithm)));
}

Key Key::hmac(JwtAlgorithm algorithm, std::string secret, std::string id) {
  if (secret.size() < secret_bytes_min(algorithm)) {
    throw std::invalid_argument("a secret for " + std::string(to_string(algorithm)) + " needs at least " +
                                std::to_string(secret_bytes_min(algorithm)) +
                                " bytes; make one with: openssl rand -hex 32");
  }
  return Key(algorithm, std::move(secret), std::move(id));
}

std::string Key::sign(std::string_view text) const {
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const bool signed_well =
      HMAC(hash_of(algorithm_), secret_.data(), static_cast<int>(secret_.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size) != nullptr;
  wire::check(signed_well, "HMAC failed");
  return std::string(reinterpret_cast<const char*>(mac), size);
}

bool Key::verify(std::string_view text, std::string_view signature) const {
  const std::string expected = sign(text);
  return signature.size() == expected.size() && CRYPTO_memcmp(signature.data(), expected.data(), expected.size()) == 0;
}

KeySet::KeySet(std::vector<Key> keys) : keys_(std::move(keys)) {
  wire::check(!keys_.empty(), "a key set without a key accepts nothing");
}

KeySet::KeySet(const AuthConfig& config) : KeySet(std::vector{Key::hmac(config.algorithm, config.secret)}) {}

const Key* KeySet::find(std::string_view id) const {
  const auto key = std::find_if(keys_.begin(), keys_.end(), [&](const Key& k) { return k.id() == id; });
  return key == keys_.end() ? nullptr : &*key;
}

} // namespace mentara::auth
