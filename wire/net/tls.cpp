#include "wire/net/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <utility>

#include "wire/base/check.h"
#include "wire/net/tls_trust.h"

namespace wire::net {
namespace {

constexpr std::size_t kept_output_bytes_max = 4096; // of a connection that has nothing to send

// With forward secrecy and authenticated encryption; of TLS 1.3 there are no others.
constexpr char tls_1_2_ciphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";

// RFC 7301: the only protocol here. A client that offers others alone is refused, so that no bytes of one protocol are
// read as those of another.
constexpr unsigned char alpn_protocol[] = "\x08http/1.1";

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, alpn_protocol, sizeof alpn_protocol - 1, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

// A key with a passphrase is refused: OpenSSL would ask for it on the terminal.
int no_passphrase(char*, int, int, void*) { return 0; }

// Of the first thing that went wrong; the queue is empty afterwards.
std::string take_openssl_error() {
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  const char* reason = error ? ERR_reason_error_string(error) : nullptr;
  return reason ? reason : "unknown";
}

std::string cannot_be_read(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  return file ? std::string() : path + ": cannot be read: " + std::strerror(errno);
}

std::int64_t unix_seconds(const ASN1_TIME* time) {
  std::tm fields{};
  return ASN1_TIME_to_tm(time, &fields) == 1 ? timegm(&fields) : 0;
}

} // namespace

// --- the context ---

Result<std::shared_ptr<TlsContext>, TlsError> TlsContext::open(TlsOptions options) {
  auto context = std::make_shared<TlsContext>(std::move(options));
  if (const auto loaded = context->reload(); !loaded) return loaded.error();
  return context;
}

Result<TlsContext::Loaded, TlsError> TlsContext::load(const TlsOptions& options) {
  for (const std::string* path : {&options.certificate_file, &options.key_file}) {
    if (std::string why = cannot_be_read(*path); !why.empty()) return TlsError{std::move(why)};
  }
  ERR_clear_error();
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  SSL_CTX* const raw = context.get();
  if (!raw || SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(raw, tls_1_2_ciphers) != 1) {
    return TlsError{"TLS cannot be set up: " + take_openssl_error()};
  }
  // A peer that renegotiates makes us work (threats H15). A resumed session is kept by the client, in its ticket.
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS); // an idle connection holds none
  SSL_CTX_set_alpn_select_cb(raw, &choose_protocol, nullptr);
  SSL_CTX_set_default_passwd_cb(raw, &no_passphrase);

  if (SSL_CTX_use_certificate_chain_file(raw, options.certificate_file.c_str()) != 1) {
    return TlsError{options.certificate_file + ": is no certificate in PEM that can be used: " + take_openssl_error()};
  }
  if (SSL_CTX_use_PrivateKey_file(raw, options.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    const unsigned long error = ERR_peek_error();
    const bool mismatch = ERR_GET_LIB(error) == ERR_LIB_X509 && ERR_GET_REASON(error) == X509_R_KEY_VALUES_MISMATCH;
    std::string why = take_openssl_error();
    return TlsError{mismatch ? options.key_file + ": is not the key of " + options.certificate_file
                             : options.key_file + ": is no private key in PEM without a passphrase: " + std::move(why)};
  }
  if (SSL_CTX_check_private_key(raw) != 1) {
    ERR_clear_error();
    return TlsError{options.key_file + ": is not the key of " + options.certificate_file};
  }
  return Loaded{context, unix_seconds(X509_get0_notAfter(SSL_CTX_get0_certificate(raw)))};
}

Result<std::monostate, TlsError> TlsContext::reload() {
  auto read = load(options_);
  if (!read) return read.error();
  const std::lock_guard guard(lock_);
  loaded_ = std::move(*read);
  return std::monostate();
}

TlsContext::Loaded TlsContext::loaded() const {
  const std::lock_guard guard(lock_);
  return loaded_;
}

std::int64_t TlsContext::expires_unix_seconds() const { return loaded().expires_unix_seconds; }

std::unique_ptr<TlsSession> TlsContext::accept() const {
  auto context = loaded().context;
  SSL* ssl = SSL_new(context.get());
  if (!ssl) {
    ERR_clear_error();
    return nullptr;
  }
  SSL_set_accept_state(ssl);
  return std::make_unique<TlsSession>(std::move(context), ssl, options_.handshake_timeout);
}

// --- whom we believe ---

Result<std::shared_ptr<const TlsTrust>, TlsError> TlsTrust::open(const std::string& authorities_file) {
  if (!authorities_file.empty()) {
    if (std::string why = cannot_be_read(authorities_file); !why.empty()) return TlsError{std::move(why)};
  }
  ERR_clear_error();
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1) {
    return TlsError{"TLS cannot be set up: " + take_openssl_error()};
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  const int loaded = authorities_file.empty()
                         ? SSL_CTX_set_default_verify_paths(context.get())
                         : SSL_CTX_load_verify_locations(context.get(), authorities_file.c_str(), nullptr);
  if (loaded != 1) {
    return TlsError{(authorities_file.empty() ? "the system's certificates" : authorities_file) +
                    ": holds no certificate in PEM: " + take_openssl_error()};
  }
  return std::shared_ptr<const TlsTrust>(std::make_shared<TlsTrust>(std::move(context)));
}

std::unique_ptr<TlsSession> TlsTrust::connect(const std::string& host, Duration handshake_timeout) const {
  SSL* ssl = SSL_new(context_.get());
  if (!ssl) {
    ERR_clear_error();
    return nullptr;
  }
  SSL_set_connect_state(ssl);
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) != 1) { // it is a name
    SSL_set1_host(ssl, host.c_str());
    SSL_set_tlsext_host_name(ssl, host.c_str());
  }
  ERR_clear_error();
  auto session = std::make_unique<TlsSession>(context_, ssl, handshake_timeout);
  session->begin();
  return session;
}

// --- a session ---

// What OpenSSL takes for a socket: it reads from the bytes that came and writes into those that are to be sent.
struct TlsSession::Bio {
  static TlsSession& session_of(BIO* bio) { return *static_cast<TlsSession*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* into, std::size_t size, std::size_t* taken) {
    BIO_clear_retry_flags(bio);
    std::string_view& input = session_of(bio).input_;
    *taken = std::min(size, input.size());
    if (*taken == 0) {
      BIO_set_retry_read(bio);
      return 0;
    }
    std::memcpy(into, input.data(), *taken);
    input.remove_prefix(*taken);
    return 1;
  }
  static int write(BIO* bio, const char* bytes, std::size_t size, std::size_t* written) {
    BIO_clear_retry_flags(bio);
    session_of(bio).output_.append(bytes, size);
    *written = size;
    return 1;
  }
  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static const BIO_METHOD* method() {
    static const BIO_METHOD* const made = [] {
      BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire");
      check(method != nullptr, "OpenSSL has no memory");
      BIO_meth_set_read_ex(method, &read);
      BIO_meth_set_write_ex(method, &write);
      BIO_meth_set_ctrl(method, &control);
      return method;
    }();
    return made;
  }
};

TlsSession::TlsSession(std::shared_ptr<ssl_ctx_st> context, ssl_st* ssl, Duration handshake_timeout)
    : context_(std::move(context)), ssl_(ssl), handshake_timeout_(handshake_timeout) {
  BIO* bio = BIO_new(Bio::method());
  check(bio != nullptr, "OpenSSL has no memory");
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio); // which owns it
}

TlsSession::~TlsSession() { SSL_free(ssl_); }

void TlsSession::begin() {
  ERR_clear_error();
  if (const int result = SSL_do_handshake(ssl_); result != 1) fail_unless_waiting(result);
}

std::size_t TlsSession::read(std::span<char> into) {
  std::size_t filled = 0;
  while (filled < into.size() && !ended_ && !failed_) {
    ERR_clear_error();
    std::size_t got = 0;
    const int result = SSL_read_ex(ssl_, into.data() + filled, into.size() - filled, &got);
    established_ = established_ || SSL_is_init_finished(ssl_) == 1;
    if (result != 1) {
      if (!fail_unless_waiting(result)) break;
    } else {
      filled += got;
    }
  }
  if (ended_ || failed_) input_ = {}; // nobody looks at the rest
  return filled;
}

bool TlsSession::fail_unless_waiting(int result) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
      return false;
    case SSL_ERROR_ZERO_RETURN:
      return ended_ = true;
    default:
      failure_ = take_openssl_error();
      if (const long verdict = SSL_get_verify_result(ssl_); verdict != X509_V_OK) {
        failure_ += std::string(": ") + X509_verify_cert_error_string(verdict);
      }
      return failed_ = true;
  }
}

void TlsSession::write(std::string_view bytes) {
  check(established_, "before the handshake is done there is nobody to write to");
  if (failed_ || bytes.empty()) return;
  ERR_clear_error();
  std::size_t written = 0;
  const int result = SSL_write_ex(ssl_, bytes.data(), bytes.size(), &written);
  if (result != 1) fail_unless_waiting(result);
}

void TlsSession::close() {
  if (!established_ || failed_) return;
  ERR_clear_error();
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

void TlsSession::consume_output(std::size_t bytes) {
  output_begin_ += bytes;
  if (output_begin_ < output_.size()) return;
  output_begin_ = 0;
  if (output_.capacity() > kept_output_bytes_max) {
    output_ = {};
  } else {
    output_.clear();
  }
}

} // namespace wire::net
