#include "wire/eio/handshake_request.h"

#include <algorithm>

#include "wire/http/query.h"

namespace wire::eio {

HandshakeRequest::HandshakeRequest(const http::Request& request, std::int64_t issued_unix_ms,
                                   std::uint64_t connection_id)
    : issued_(issued_unix_ms), connection_id_(connection_id), secure_(request.peer.secure) {
  const auto add = [&](std::string_view text) {
    text = text.substr(0, 0xffff);
    packed_ += static_cast<char>(text.size() >> 8);
    packed_ += static_cast<char>(text.size() & 0xff);
    packed_ += text;
    ++count_;
  };
  add(request.target);
  add(request.peer.address);
  request.for_each_header([&](std::string_view name, std::string_view value) {
    add(name);
    add(value);
  });
  packed_.shrink_to_fit();
}

std::string_view HandshakeRequest::field(std::size_t index) const {
  std::size_t at = 0;
  for (;; --index) {
    const auto size = static_cast<std::size_t>(static_cast<unsigned char>(packed_[at])) << 8 |
                      static_cast<std::size_t>(static_cast<unsigned char>(packed_[at + 1]));
    if (index == 0) return std::string_view(packed_).substr(at + 2, size);
    at += 2 + size;
  }
}

std::string_view HandshakeRequest::query_string() const {
  const std::string_view whole = url();
  const std::size_t mark = whole.find('?');
  return mark == std::string_view::npos ? std::string_view() : whole.substr(mark + 1);
}

std::optional<std::string> HandshakeRequest::query(std::string_view key) const {
  return http::Query(query_string()).find(key);
}

std::optional<std::string_view> HandshakeRequest::header(std::string_view lower_case_name) const {
  std::optional<std::string_view> found;
  for_each_header([&](std::string_view name, std::string_view value) {
    if (!found && name == lower_case_name) found = value;
  });
  return found;
}

} // namespace wire::eio
