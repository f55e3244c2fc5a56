#include "wire/net/test_tls.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "wire/base/check.h"

namespace wire::net::test {
namespace {

template <class T, class Write>
void write_pem(const std::string& path, T* object, Write write) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  check(file != nullptr && write(file, object) == 1, "a certificate for the test can be written");
  std::fclose(file);
}

} // namespace

Certificates::Certificates() {
  std::string pattern = (std::filesystem::temp_directory_path() / "mentara-tls-XXXXXX").string();
  check(::mkdtemp(pattern.data()) != nullptr, "mkdtemp");
  directory_ = pattern;
}
Certificates::~Certificates() { std::filesystem::remove_all(directory_); }

void Certificates::make(const std::string& name) const {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  check(key && certificate, "a certificate for the test can be made");
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(certificate, subject);
  X509_set_pubkey(certificate, key);
  check(X509_sign(certificate, key, EVP_sha256()) > 0, "a certificate for the test can be signed");
  write_pem(path(name + ".crt"), certificate, [](std::FILE* file, X509* x) { return PEM_write_X509(file, x); });
  write_pem(path(name + ".key"), key, [](std::FILE* file, EVP_PKEY* k) {
    return PEM_write_PrivateKey(file, k, nullptr, nullptr, 0, nullptr, nullptr);
  });
  X509_free(certificate);
  EVP_PKEY_free(key);
}

void Certificates::write(const std::string& file, std::string_view text) const {
  std::FILE* opened = std::fopen(path(file).c_str(), "wb");
  check(opened != nullptr, "a file for the test can be written");
  std::fwrite(text.data(), 1, text.size(), opened);
  std::fclose(opened);
}

struct TlsClient::Impl {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL* ssl = nullptr;
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  std::string received;
  bool failed = false;
  bool ended = false;

  void go_on() {
    for (;;) {
      ERR_clear_error();
      char bytes[16 * 1024];
      const int size = SSL_read(ssl, bytes, sizeof bytes);
      if (size > 0) {
        received.append(bytes, static_cast<std::size_t>(size));
        continue;
      }
      const int error = SSL_get_error(ssl, size);
      ended = ended || error == SSL_ERROR_ZERO_RETURN;
      failed = failed || (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_ZERO_RETURN);
      return;
    }
  }
};

TlsClient::TlsClient(const Options& options) : impl_(std::make_unique<Impl>()) {
  SSL_CTX_set_security_level(impl_->context, 0); // so that it can be weaker than the server likes
  if (options.version_max != 0) {
    SSL_CTX_set_min_proto_version(impl_->context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(impl_->context, options.version_max);
  }
  if (!options.ciphers.empty()) {
    check(SSL_CTX_set_cipher_list(impl_->context, options.ciphers.c_str()) == 1, "a cipher of the test");
  }
  impl_->ssl = SSL_new(impl_->context);
  if (!options.alpn.empty()) {
    SSL_set_alpn_protos(impl_->ssl, reinterpret_cast<const unsigned char*>(options.alpn.data()),
                        static_cast<unsigned>(options.alpn.size()));
  }
  SSL_set_connect_state(impl_->ssl);
  SSL_set_bio(impl_->ssl, impl_->in, impl_->out);
  impl_->go_on();
}

TlsClient::~TlsClient() {
  SSL_free(impl_->ssl);
  SSL_CTX_free(impl_->context);
}

void TlsClient::receive(std::string_view encrypted) {
  if (!encrypted.empty()) BIO_write(impl_->in, encrypted.data(), static_cast<int>(encrypted.size()));
  impl_->go_on();
}

std::string TlsClient::take_output() {
  std::string output(BIO_ctrl_pending(impl_->out), '\0');
  if (!output.empty()) BIO_read(impl_->out, output.data(), static_cast<int>(output.size()));
  return output;
}

void TlsClient::write(std::string_view plain) {
  ERR_clear_error();
  check(SSL_write(impl_->ssl, plain.data(), static_cast<int>(plain.size())) == static_cast<int>(plain.size()),
        "a client of the test can write");
}
void TlsClient::finish() { SSL_shutdown(impl_->ssl); }
bool TlsClient::ask_for_new_keys() {
  return SSL_key_update(impl_->ssl, SSL_KEY_UPDATE_REQUESTED) == 1 && SSL_do_handshake(impl_->ssl) == 1;
}
bool TlsClient::renegotiate() {
  if (SSL_renegotiate(impl_->ssl) != 1) return false;
  SSL_do_handshake(impl_->ssl);
  return true;
}

bool TlsClient::established() const { return SSL_is_init_finished(impl_->ssl) == 1; }
bool TlsClient::failed() const { return impl_->failed; }
bool TlsClient::ended() const { return impl_->ended; }
const std::string& TlsClient::received() const { return impl_->received; }

std::string TlsClient::server_name() const {
  X509* certificate = SSL_get1_peer_certificate(impl_->ssl);
  if (!certificate) return {};
  char name[256]{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
  X509_free(certificate);
  return name;
}

std::string TlsClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(impl_->ssl, &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string TlsClient::version() const { return SSL_get_version(impl_->ssl); }

} // namespace wire::net::test
