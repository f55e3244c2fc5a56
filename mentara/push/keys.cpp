#include "mentara/push/keys.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include <utility>

#include "wire/base/check.h"
#include "wire/base/owned.h"

namespace mentara::push {
namespace {

constexpr const char* curve = "prime256v1";

using Number = wire::Owned<BIGNUM, &BN_clear_free>;
using Group = wire::Owned<EC_GROUP, &EC_GROUP_free>;
using Point = wire::Owned<EC_POINT, &EC_POINT_free>;
using Parameters = wire::Owned<OSSL_PARAM, &OSSL_PARAM_free>;
using ParameterBuilder = wire::Owned<OSSL_PARAM_BLD, &OSSL_PARAM_BLD_free>;
using KeyContext = wire::Owned<EVP_PKEY_CTX, &EVP_PKEY_CTX_free>;
using DigestContext = wire::Owned<EVP_MD_CTX, &EVP_MD_CTX_free>;
using Signature = wire::Owned<ECDSA_SIG, &ECDSA_SIG_free>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// `private_number` may be none: then it is somebody else's key.
std::shared_ptr<EVP_PKEY> to_key(std::string_view public_key, const BIGNUM* private_number) {
  const ParameterBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, public_key.data(), public_key.size());
  if (private_number) OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, private_number);
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1) {
    EVP_PKEY_fromdata(context.get(), &key, private_number ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, parameters.get());
  }
  ERR_clear_error();
  return {key, &EVP_PKEY_free};
}

std::string public_key_of(const BIGNUM* private_number) {
  const Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  const Point point(EC_POINT_new(group.get()));
  std::string bytes(public_key_bytes, '\0');
  wire::check(EC_POINT_mul(group.get(), point.get(), private_number, nullptr, nullptr, nullptr) == 1 &&
                  EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, bytes_of(bytes),
                                     bytes.size(), nullptr) == bytes.size(),
              "a private key has its public key");
  return bytes;
}

Number private_number_of(const EVP_PKEY* key) {
  BIGNUM* number = nullptr;
  wire::check(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1, "a key pair has its private key");
  return Number(number);
}

} // namespace

KeyPair::KeyPair(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {
  public_key_ = public_key_of(private_number_of(key_.get()).get());
}

KeyPair KeyPair::make() {
  EVP_PKEY* key = EVP_EC_gen(curve);
  wire::check(key != nullptr, "a key can be made");
  return KeyPair({key, &EVP_PKEY_free});
}

std::optional<KeyPair> KeyPair::from_private(std::string_view bytes) {
  if (bytes.size() != private_key_bytes) return std::nullopt;
  const Number number(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
  const Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  if (BN_is_zero(number.get()) || BN_cmp(number.get(), EC_GROUP_get0_order(group.get())) >= 0) return std::nullopt;
  auto key = to_key(public_key_of(number.get()), number.get());
  if (!key) return std::nullopt;
  return KeyPair(std::move(key));
}

std::string KeyPair::private_key() const {
  std::string bytes(private_key_bytes, '\0');
  BN_bn2binpad(private_number_of(key_.get()).get(), bytes_of(bytes), static_cast<int>(bytes.size()));
  return bytes;
}

std::optional<std::string> KeyPair::shared_secret(std::string_view public_key) const {
  if (public_key.size() != public_key_bytes || public_key[0] != '\x04') return std::nullopt;
  const auto peer = to_key(public_key, nullptr);
  const KeyContext context(EVP_PKEY_CTX_new(key_.get(), nullptr));
  std::string secret(32, '\0');
  std::size_t size = secret.size();
  const bool derived = peer && context && EVP_PKEY_derive_init(context.get()) == 1 &&
                       EVP_PKEY_derive_set_peer(context.get(), peer.get()) == 1 &&
                       EVP_PKEY_derive(context.get(), bytes_of(secret), &size) == 1;
  ERR_clear_error();
  if (!derived || size != secret.size()) return std::nullopt;
  return secret;
}

std::string KeyPair::sign_es256(std::string_view text) const {
  const DigestContext context(EVP_MD_CTX_new());
  std::string der(128, '\0');
  std::size_t size = der.size();
  wire::check(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
                  EVP_DigestSign(context.get(), bytes_of(der), &size, bytes_of(text), text.size()) == 1,
              "a key signs");
  const unsigned char* begin = bytes_of(std::string_view(der));
  const Signature signature(d2i_ECDSA_SIG(nullptr, &begin, static_cast<long>(size)));
  std::string bytes(64, '\0');
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), bytes_of(bytes), 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), bytes_of(bytes) + 32, 32);
  return bytes;
}

} // namespace mentara::push
