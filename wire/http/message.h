#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The words of HTTP/1.1 (RFC 9110, RFC 9112), as a server sees them.
namespace wire::http {

struct Header {
  std::string_view name; // lower case
  std::string_view value;
};

struct Peer {
  std::string_view address; // "127.0.0.1", "::1"
  std::uint16_t port = 0;   // 0: only a proxy knows it
  bool secure = false;      // it speaks TLS with us
};

// A request whose head was understood. All views live until it is answered.
struct Request {
  std::string_view method; // as sent: methods are case-sensitive
  std::string_view target; // as sent: begins with '/'
  std::string_view path;   // of the target, before '?'; not decoded
  std::string_view query;  // behind '?'; not decoded, may be empty
  std::vector<Header> headers;
  std::string_view body;  // when the request is complete
  bool keep_alive = true; // the peer would use the connection again
  bool upgrade = false;   // "Connection: upgrade" (RFC 9110 §7.8)
  Peer peer;              // the client, as trusted proxies tell, else whoever connected

  // The first of that name.
  std::optional<std::string_view> header(std::string_view lower_case_name) const {
    for (const Header& header : headers) {
      if (header.name == lower_case_name) return header.value;
    }
    return std::nullopt;
  }
  template <class F> // f(std::string_view lower_case_name, std::string_view value)
  void for_each_header(F&& f) const {
    for (const Header& header : headers) f(header.name, header.value);
  }
};

using Headers = std::vector<std::pair<std::string, std::string>>;

// Content-Length, Connection and Date are added when it is encoded.
struct Response {
  int status = 200;
  Headers headers;
  std::string body;   // not sent to HEAD, nor with 204 and 304
  bool close = false; // the connection, behind this answer
};

} // namespace wire::http
