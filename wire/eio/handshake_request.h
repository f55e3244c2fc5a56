#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wire/http/message.h"

namespace wire::eio {

// The request that opened a session, kept as long as the session in as few bytes as it takes.
class HandshakeRequest {
 public:
  HandshakeRequest(const http::Request& request, std::int64_t issued_unix_ms, std::uint64_t connection_id = 0);

  std::string_view url() const { return field(0); } // as requested: path and query
  std::string_view address() const { return field(1); }
  std::string_view query_string() const; // behind the '?'
  // Decoded; the last one of several. None: not there.
  std::optional<std::string> query(std::string_view key) const;
  std::optional<std::string_view> header(std::string_view lower_case_name) const;
  template <class F> // f(std::string_view lower_case_name, std::string_view value)
  void for_each_header(F&& f) const {
    for (std::size_t i = 2; i + 1 < count_; i += 2) f(field(i), field(i + 1));
  }
  std::int64_t issued() const { return issued_; }
  bool secure() const { return secure_; } // over TLS to this server
  // By which log lines name the connection (LogScope): it is no secret, as the session's id is one.
  std::uint64_t connection_id() const { return connection_id_; }

 private:
  std::string_view field(std::size_t index) const;

  std::string packed_; // url, address, then name and value of each header; each behind its length as two bytes
  std::int64_t issued_;
  std::uint64_t connection_id_;
  std::size_t count_ = 0;
  bool secure_;
};

} // namespace wire::eio
