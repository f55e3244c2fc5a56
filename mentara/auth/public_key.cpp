#include "mentara/auth/public_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <optional>

#include "wire/base/owned.h"

namespace mentara::auth {
namespace {

constexpr int rsa_bits_min = 2048; // RFC 7518 §3.3
constexpr int rsa_bits_max = 8192; // what one check may cost (threats J10)
constexpr std::size_t coordinate_bytes = 32;

using Number = wire::Owned<BIGNUM, &BN_free>;
using Parameters = wire::Owned<OSSL_PARAM, &OSSL_PARAM_free>;
using ParameterBuilder = wire::Owned<OSSL_PARAM_BLD, &OSSL_PARAM_BLD_free>;
using KeyContext = wire::Owned<EVP_PKEY_CTX, &EVP_PKEY_CTX_free>;
using DigestContext = wire::Owned<EVP_MD_CTX, &EVP_MD_CTX_free>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Number to_number(std::string_view bytes) {
  return Number(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

std::shared_ptr<EVP_PKEY> shared(EVP_PKEY* key) { return {key, &EVP_PKEY_free}; }

std::shared_ptr<EVP_PKEY> from_parameters(const char* kind, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1) {
    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get());
  }
  ERR_clear_error();
  return shared(key);
}

std::optional<JwtAlgorithm> algorithm_of(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA")) return JwtAlgorithm::RS256;
  if (EVP_PKEY_is_a(key, "ED25519")) return JwtAlgorithm::EdDSA;
  char group[32];
  if (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof group, nullptr) == 1 &&
      std::string_view(group) == "prime256v1") {
    return JwtAlgorithm::ES256;
  }
  return std::nullopt;
}

// OpenSSL checks signatures in DER, tokens hold r and s side by side. Empty: no such signature.
std::string to_der(std::string_view signature) {
  if (signature.size() != 2 * coordinate_bytes) return {};
  const wire::Owned<ECDSA_SIG, &ECDSA_SIG_free> pair(ECDSA_SIG_new());
  Number r = to_number(signature.substr(0, coordinate_bytes));
  Number s = to_number(signature.substr(coordinate_bytes));
  if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
  r.release(); // the pair's own now
  s.release();
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  if (size <= 0) return {};
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

} // namespace

PublicKey::Read<PublicKey> PublicKey::checked(std::shared_ptr<evp_pkey_st> key) {
  if (!key) return std::string("cannot be read");
  const auto algorithm = algorithm_of(key.get());
  if (!algorithm) return std::string("is of a kind that no supported algorithm uses (RSA, P-256 or Ed25519)");
  const int bits = EVP_PKEY_get_bits(key.get());
  if (algorithm == JwtAlgorithm::RS256 && (bits < rsa_bits_min || bits > rsa_bits_max)) {
    return "has " + std::to_string(bits) + " bits; RSA needs 2048 to 8192";
  }
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  const bool sound = context && EVP_PKEY_public_check(context.get()) == 1;
  ERR_clear_error();
  if (!sound) return std::string("is no sound public key");
  return PublicKey(*algorithm, std::move(key));
}

PublicKey::Read<PublicKey> PublicKey::from_pem(std::string_view pem) {
  if (pem.find("PRIVATE KEY-----") != pem.npos) {
    return std::string(
        "is a private one; this server only checks signatures: give it the public half (openssl pkey "
        "-in private.pem -pubout)");
  }
  const wire::Owned<BIO, &BIO_free_all> file(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!file) return std::string("cannot be read");
  EVP_PKEY* key = nullptr;
  if (pem.find("-----BEGIN CERTIFICATE-----") != pem.npos) {
    const wire::Owned<X509, &X509_free> certificate(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
    if (certificate) key = X509_get_pubkey(certificate.get());
  } else {
    key = PEM_read_bio_PUBKEY(file.get(), nullptr, nullptr, nullptr);
  }
  ERR_clear_error();
  return checked(shared(key));
}

PublicKey::Read<PublicKey> PublicKey::rsa(std::string_view modulus, std::string_view exponent) {
  const ParameterBuilder builder(OSSL_PARAM_BLD_new());
  const Number n = to_number(modulus);
  const Number e = to_number(exponent);
  if (!builder || !n || !e || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return std::string("cannot be read");
  }
  return checked(from_parameters("RSA", builder.get()));
}

PublicKey::Read<PublicKey> PublicKey::p256(std::string_view x, std::string_view y) {
  if (x.size() != coordinate_bytes || y.size() != coordinate_bytes) return std::string("has no 32 bytes in x and y");
  const std::string point = std::string(1, '\4').append(x).append(y); // uncompressed (SEC 1 §2.3.3)
  const ParameterBuilder builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1) {
    return std::string("cannot be read");
  }
  return checked(from_parameters("EC", builder.get()));
}

PublicKey::Read<PublicKey> PublicKey::ed25519(std::string_view point) {
  if (point.size() != coordinate_bytes) return std::string("has no 32 bytes in x");
  return checked(shared(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(point), point.size())));
}

bool PublicKey::verify(std::string_view text, std::string_view signature) const {
  std::string der;
  if (algorithm_ == JwtAlgorithm::ES256) {
    der = to_der(signature);
    if (der.empty()) return false;
    signature = der;
  }
  const DigestContext context(EVP_MD_CTX_new());
  const EVP_MD* hash = algorithm_ == JwtAlgorithm::EdDSA ? nullptr : EVP_sha256();
  const bool right =
      context && EVP_DigestVerifyInit(context.get(), nullptr, hash, nullptr, key_.get()) == 1 &&
      EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text), text.size()) == 1;
  ERR_clear_error();
  return right;
}

} // namespace mentara::auth
