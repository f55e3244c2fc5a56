#include "wire/http/static_files.h"

#include <algorithm>
#include <utility>

#include "wire/http/content_encoding.h"

namespace wire::http {
namespace {

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Weakly compared: W/"1" and "1" are the same.
bool holds_etag(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    const std::size_t end = std::min(if_none_match.find(','), if_none_match.size());
    std::string_view one = trim(if_none_match.substr(0, end));
    if_none_match.remove_prefix(std::min(end + 1, if_none_match.size()));
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == etag || one == "*") return true;
  }
  return false;
}

} // namespace

void StaticFiles::add(StaticFile file) {
  std::string path = file.path;
  files_.insert_or_assign(std::move(path), std::move(file));
}

void StaticFiles::attach(Router& router) {
  for (const auto& [path, file] : files_) router.add(path, *this);
}

void StaticFiles::on_request(Exchange& exchange) {
  const Request& request = exchange.request();
  if (cors_ && request.method == "OPTIONS") return exchange.respond(preflight_response(*cors_, request));
  Response response = response_to(request);
  if (cors_) append_cors_headers(response.headers, *cors_, request.header("origin"));
  exchange.respond(std::move(response));
}

Response StaticFiles::response_to(const Request& request) const {
  const auto found = files_.find(std::string(request.path)); // the router also sends what lies below a path
  if (found == files_.end()) return {404, {}, {}};
  if (request.method != "GET" && request.method != "HEAD") return {405, {{"Allow", "GET, HEAD"}}, {}};

  const StaticFile& file = found->second;
  Response response{200, {{"Cache-Control", "public, max-age=0"}, {"ETag", file.etag}}, {}};
  if (!file.gzip.empty()) response.headers.emplace_back("Vary", "Accept-Encoding");
  if (const auto etags = request.header("if-none-match"); etags && holds_etag(*etags, file.etag)) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("Content-Type", file.content_type);
  const auto accepted = request.header("accept-encoding");
  if (!file.gzip.empty() && accepted && negotiate_encoding(*accepted) == ContentEncoding::gzip) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    response.body = file.gzip;
  } else {
    response.body = file.bytes;
  }
  return response;
}

} // namespace wire::http
