#include "mentara/auth/key_set.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "mentara/auth/key_file.h"
#include "wire/base/check.h"

namespace mentara::auth {
namespace {

const EVP_MD* hash_of(JwtAlgorithm algorithm) {
  switch (algorithm) {
    case JwtAlgorithm::HS384:
      return EVP_sha384();
    case JwtAlgorithm::HS512:
      return EVP_sha512();
    default:
      return EVP_sha256();
  }
}

std::vector<Key> read_all(const AuthConfig& config) {
  std::vector<Key> keys;
  if (!config.secret.empty()) keys.push_back(Key::hmac(config.algorithm, config.secret));
  for (const KeyFile& file : config.keys) {
    auto read = read_key_file(file);
    keys.insert(keys.end(), std::make_move_iterator(read.begin()), std::make_move_iterator(read.end()));
  }
  return keys;
}

struct ById {
  bool operator()(const Key& a, const Key& b) const { return a.id() < b.id(); }
  bool operator()(const Key& key, std::string_view id) const { return key.id() < id; }
  bool operator()(std::string_view id, const Key& key) const { return id < key.id(); }
};

} // namespace

std::size_t secret_bytes_min(JwtAlgorithm algorithm) {
  return static_cast<std::size_t>(EVP_MD_get_size(hash_of(algorithm)));
}

Key Key::hmac(JwtAlgorithm algorithm, std::string secret, std::string id) {
  if (secret.size() < secret_bytes_min(algorithm)) {
    throw std::invalid_argument("a secret for " + std::string(to_string(algorithm)) + " needs at least " +
                                std::to_string(secret_bytes_min(algorithm)) +
                                " bytes; make one with: openssl rand -hex 32");
  }
  if (secret.starts_with("-----BEGIN ")) {
    throw std::invalid_argument("a PEM is no secret for " + std::string(to_string(algorithm)) +
                                "; name it in auth.keys with RS256, ES256 or EdDSA");
  }
  return Key(algorithm, std::move(secret), std::move(id));
}

std::string Key::sign(std::string_view text) const {
  wire::check(can_sign(), "a public key signs nothing");
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const bool signed_well =
      HMAC(hash_of(algorithm_), secret_.data(), static_cast<int>(secret_.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size) != nullptr;
  wire::check(signed_well, "HMAC failed");
  return std::string(reinterpret_cast<const char*>(mac), size);
}

bool Key::verify(std::string_view text, std::string_view signature) const {
  if (public_key_) return public_key_->verify(text, signature);
  const std::string expected = sign(text);
  return signature.size() == expected.size() && CRYPTO_memcmp(signature.data(), expected.data(), expected.size()) == 0;
}

KeySet::KeySet(std::vector<Key> keys) : keys_(std::move(keys)) {
  if (keys_.empty()) throw std::invalid_argument("there is no key to check tokens with");
  std::stable_sort(keys_.begin(), keys_.end(), ById());
  for (const Key& key : keys_) {
    if (find(key.id()).size() <= limits::keys_per_id_max) continue;
    throw std::invalid_argument("more than " + std::to_string(limits::keys_per_id_max) + " keys have the same id \"" +
                                key.id() + "\", and each would be tried");
  }
}

KeySet::KeySet(const AuthConfig& config) : KeySet(read_all(config)) {}

std::span<const Key> KeySet::find(std::string_view id) const {
  const auto [first, last] = std::equal_range(keys_.begin(), keys_.end(), id, ById());
  return {first, last};
}

const Key* KeySet::signing_key() const {
  const auto key = std::find_if(keys_.begin(), keys_.end(), [](const Key& k) { return k.can_sign(); });
  return key == keys_.end() ? nullptr : &*key;
}

} // namespace mentara::auth
