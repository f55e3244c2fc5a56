#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wire/eio/handshake_request.h"

namespace wire::sio {

// How a socket came to be: the request that opened its connection, and what the client said when it connected to the
// namespace.
class Handshake {
 public:
  Handshake(const eio::HandshakeRequest& request, std::string auth) : request_(request), auth_(std::move(auth)) {}

  // The JSON text of the client's auth object; "{}" when it gave none.
  std::string_view auth() const { return auth_.empty() ? std::string_view("{}") : std::string_view(auth_); }
  // A member of it that is a string, e.g. auth("token"); none when there is no such member.
  std::optional<std::string> auth(std::string_view key) const;
  // Secrets need not stay in memory once they were looked at.
  void forget_auth() { auth_ = std::string(); }

  std::optional<std::string_view> header(std::string_view lower_case_name) const {
    return request_.header(lower_case_name);
  }
  std::optional<std::string> query(std::string_view key) const { return request_.query(key); }
  const eio::HandshakeRequest& request() const { return request_; }

  // The whole as clients of Socket.IO know it: {headers, time, address, xdomain, secure, issued, url, query, auth}.
  std::string to_json() const;

 private:
  const eio::HandshakeRequest& request_; // lives as long as the connection
  std::string auth_;
};

} // namespace wire::sio
