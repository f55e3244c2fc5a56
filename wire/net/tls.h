#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "wire/base/limits.h"
#include "wire/base/result.h"
#include "wire/base/time.h"

struct ssl_st; // OpenSSL's
struct ssl_ctx_st;

namespace wire::net {

struct TlsOptions {
  std::string certificate_file{}; // PEM: the certificate, then those that lead to a root
  std::string key_file{};         // PEM, without a passphrase
  Duration handshake_timeout = limits::tls_handshake_timeout;
  unsigned handshakes_per_second = limits::tls_handshakes_per_second; // of a listener
};

struct TlsError {
  std::string text; // "/etc/mentara/tls.crt: cannot be read: No such file or directory"
};

class TlsSession;

// The certificate of a server, and what it speaks: TLS 1.2 and 1.3, http/1.1 (threats O2). Any thread.
class TlsContext {
 public:
  static Result<std::shared_ptr<TlsContext>, TlsError> open(TlsOptions options);
  explicit TlsContext(TlsOptions options) : options_(std::move(options)) {} // for open()

  // Reads the files again, for those who connect from now on. After an error all stays as it was.
  Result<std::monostate, TlsError> reload();
  std::unique_ptr<TlsSession> accept() const; // one connection's; null when there is no memory for it

  const TlsOptions& options() const { return options_; }
  std::int64_t expires_unix_seconds() const; // of the certificate itself

 private:
  struct Loaded {
    std::shared_ptr<ssl_ctx_st> context;
    std::int64_t expires_unix_seconds = 0;
  };
  static Result<Loaded, TlsError> load(const TlsOptions& options);
  Loaded loaded() const;

  // constant after construction
  const TlsOptions options_;

  // any thread, under the lock
  mutable std::mutex lock_;
  Loaded loaded_{};
};

// One connection's TLS, as a state machine: it is given what came and says what is to be sent; no socket, no clock.
class TlsSession {
 public:
  TlsSession(std::shared_ptr<ssl_ctx_st> context, ssl_st* ssl, Duration handshake_timeout);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  void begin(); // of the two ends, the one that connected speaks first

  // What came from the peer, encrypted. read() until it gives 0, before these bytes are gone.
  void receive(std::string_view bytes) { input_ = bytes; }
  // Fills `into` with what the peer said and returns how much that was; 0: no more, for now or ever.
  std::size_t read(std::span<char> into);
  void write(std::string_view bytes); // encrypts into output(); only when established()
  void close();                       // says that no more comes

  bool established() const { return established_; } // the handshake is done
  bool ended() const { return ended_; }             // the peer said that no more comes
  bool failed() const { return failed_; }           // nothing can be read or written any more; output() has the alert
  const std::string& failure() const { return failure_; }

  // What is to be sent to the peer.
  std::string_view output() const { return std::string_view(output_).substr(output_begin_); }
  void consume_output(std::size_t bytes);

  Duration handshake_timeout() const { return handshake_timeout_; }

  struct Bio; // between OpenSSL and the two buffers

 private:
  bool fail_unless_waiting(int result); // true: it failed or ended

  const std::shared_ptr<ssl_ctx_st> context_;
  ssl_st* const ssl_;
  const Duration handshake_timeout_;
  std::string_view input_; // what OpenSSL has not taken yet
  std::string output_;
  std::size_t output_begin_ = 0;
  std::string failure_;
  bool established_ = false;
  bool ended_ = false;
  bool failed_ = false;
};

} // namespace wire::net
