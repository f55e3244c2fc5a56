#include "wire/sio/handshake.h"

#include <ctime>

#include "wire/base/json.h"
#include "wire/http/query.h"

namespace wire::sio {
namespace {

// As JavaScript's Date prints itself where the time zone is UTC.
std::string date_text(std::int64_t unix_ms) {
  const std::time_t seconds = unix_ms / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[80];
  const std::size_t size =
      std::strftime(text, sizeof text, "%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)", &utc);
  return std::string(text, size);
}

} // namespace

std::optional<std::string> Handshake::auth(std::string_view key) const {
  JsonParser parser;
  const auto parsed = parser.parse(auth());
  const auto member = parsed ? parsed->find(key) : std::nullopt;
  const auto text = member ? member->string() : std::nullopt;
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

std::string Handshake::to_json() const {
  std::string out;
  JsonObjectWriter handshake(out);
  handshake.key("headers");
  JsonObjectWriter headers(out);
  request_.for_each_header([&](std::string_view name, std::string_view value) { headers.member(name, value); });
  headers.end();
  handshake.member("time", date_text(request_.issued()))
      .member("address", request_.address())
      .member("xdomain", request_.header("origin").has_value())
      .member("secure", request_.secure())
      .member("issued", request_.issued())
      .member("url", request_.url());
  handshake.key("query");
  JsonObjectWriter query(out);
  const http::Query parameters(request_.query_string());
  for (const auto& [name, value] : parameters.pairs()) query.member(name, value);
  query.end();
  handshake.member("auth", RawJson{auth()});
  handshake.end();
  return out;
}

} // namespace wire::sio
