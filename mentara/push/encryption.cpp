#include "mentara/push/encryption.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>
#include <memory>

#include "wire/base/check.h"
#include "wire/base/random.h"

namespace mentara::push {
namespace {

constexpr std::size_t salt_bytes = 16, tag_bytes = 16;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// RFC 5869 with SHA-256.
std::string hkdf(std::string_view salt, std::string_view secret, std::string_view info, std::size_t size) {
  const std::unique_ptr<EVP_KDF, decltype(&EVP_KDF_free)> kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr), &EVP_KDF_free);
  const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> context(EVP_KDF_CTX_new(kdf.get()),
                                                                          &EVP_KDF_CTX_free);
  const auto octets = [](const char* name, std::string_view bytes) {
    return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(bytes.data()), bytes.size());
  };
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
                                   octets(OSSL_KDF_PARAM_SALT, salt), octets(OSSL_KDF_PARAM_KEY, secret),
                                   octets(OSSL_KDF_PARAM_INFO, info), OSSL_PARAM_construct_end()};
  std::string out(size, '\0');
  wire::check(EVP_KDF_derive(context.get(), bytes_of(out), out.size(), parameters) == 1, "HKDF works");
  return out;
}

std::string aes128gcm(std::string_view key, std::string_view nonce, std::string_view plaintext) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                &EVP_CIPHER_CTX_free);
  std::string out(plaintext.size() + tag_bytes, '\0');
  int size = 0, rest = 0;
  wire::check(
      EVP_EncryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, bytes_of(key), bytes_of(nonce)) == 1 &&
          EVP_EncryptUpdate(context.get(), bytes_of(out), &size, bytes_of(plaintext),
                            static_cast<int>(plaintext.size())) == 1 &&
          EVP_EncryptFinal_ex(context.get(), bytes_of(out) + size, &rest) == 1 &&
          EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, bytes_of(out) + plaintext.size()) == 1,
      "AES-128-GCM works");
  return out;
}

} // namespace

bool is_public_key(std::string_view bytes) {
  static const KeyPair any = KeyPair::make();
  return any.shared_secret(bytes).has_value();
}

std::optional<std::string> encrypt(std::string_view plaintext, std::string_view user_key, std::string_view auth_secret,
                                   const KeyPair& own, std::string_view salt) {
  using namespace std::string_literals;
  if (plaintext.size() > plaintext_bytes_max || auth_secret.size() != auth_secret_bytes || salt.size() != salt_bytes) {
    return std::nullopt;
  }
  const auto shared = own.shared_secret(user_key);
  if (!shared) return std::nullopt;
  // RFC 8291 §3.3 and §3.4
  const std::string key_info = "WebPush: info\0"s.append(user_key).append(own.public_key());
  const std::string secret = hkdf(auth_secret, *shared, key_info, 32);
  const std::string key = hkdf(salt, secret, "Content-Encoding: aes128gcm\0"s, 16);
  const std::string nonce = hkdf(salt, secret, "Content-Encoding: nonce\0"s, 12);
  // RFC 8188 §2.1: salt, size of a record, size of the key's id, the id; then the last record, ended by 2.
  std::string body(salt);
  body += "\x00\x00\x10\x00"s;
  body += static_cast<char>(public_key_bytes);
  body += own.public_key();
  body += aes128gcm(key, nonce, std::string(plaintext) + '\x02');
  return body;
}

std::optional<std::string> encrypt(std::string_view plaintext, std::string_view user_key,
                                   std::string_view auth_secret) {
  std::array<unsigned char, salt_bytes> salt;
  wire::fill_random(salt);
  return encrypt(plaintext, user_key, auth_secret, KeyPair::make(),
                 {reinterpret_cast<const char*>(salt.data()), salt.size()});
}

} // namespace mentara::push
