#pragma once

#include <memory>
#include <string>

#include "wire/base/result.h"
#include "wire/net/tls.h"

namespace wire::net {

// Whom we believe when we connect to others: the authorities that vouch for a server's name. TLS 1.2 and 1.3 (threats
// O2). Any thread.
class TlsTrust {
 public:
  // `authorities_file`: PEM; empty: those that the system trusts.
  static Result<std::shared_ptr<const TlsTrust>, TlsError> open(const std::string& authorities_file);
  explicit TlsTrust(std::shared_ptr<ssl_ctx_st> context) : context_(std::move(context)) {} // for open()

  // One connection's, whose first words wait in output(). The server has to prove that it is `host`, a name or an
  // address. Null when there is no memory for it.
  std::unique_ptr<TlsSession> connect(const std::string& host, Duration handshake_timeout) const;

 private:
  const std::shared_ptr<ssl_ctx_st> context_;
};

} // namespace wire::net
