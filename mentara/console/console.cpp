#include "mentara/console/console.h"

#include <array>
#include <cstddef>
#include <functional>
#include <string_view>
#include <utility>

#include "mentara/schema/contract.h"
#include "mentara/schema/formats.h"
#include "wire/base/json.h"

namespace mentara::console {
namespace {

struct PageFile {
  std::string_view name;
  const char *begin, *end, *gzip_begin, *gzip_end;
};

// page_files, by CMakeLists.txt
#include "mentara/console/page.inc"

constexpr std::size_t name_chars_max = 64;
constexpr std::size_t body_bytes_max = 1024;

std::string_view between(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

std::string etag_of(std::string_view bytes) {
  return std::string("\"").append(std::to_string(std::hash<std::string_view>{}(bytes))).append("\"");
}

const char* type_of(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  if (name.ends_with(".json")) return "application/json";
  return "text/plain; charset=utf-8";
}

wire::http::Response answer(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, std::move(body)};
}

wire::http::Response refusal(int status, std::string_view error) {
  std::string body;
  wire::JsonObjectWriter(body).member("success", false).member("code", "invalid_payload").member("error", error).end();
  return answer(status, std::move(body));
}

} // namespace

Console::Console(std::optional<IssueToken> issue_token) : issue_token_(std::move(issue_token)) {
  for (const PageFile& file : page_files) {
    const std::string_view bytes = between(file.begin, file.end);
    std::string path = "/";
    if (file.name != "index.html") path += file.name;
    files_.add({path, type_of(file.name), etag_of(bytes), bytes, between(file.gzip_begin, file.gzip_end)});
  }
  const schema::Contract contract = schema::describe_contract();
  documents_.reserve(schema::formats().size());
  for (const schema::Format& format : schema::formats()) {
    const std::string& bytes = documents_.emplace_back(format.write(contract));
    std::string path = "/docs";
    if (format.file != "index.html") path.append("/").append(format.file);
    files_.add({path, type_of(format.file), etag_of(bytes), bytes, {}});
  }
}

bool Console::has_page() { return !page_files.empty(); }

void Console::attach(wire::http::Router& router) {
  files_.attach(router);
  if (issue_token_) router.add("/dev", *this);
}

void Console::on_head(wire::http::Exchange& exchange) { exchange.set_body_limit(body_bytes_max); }

void Console::on_request(wire::http::Exchange& exchange) {
  const wire::http::Request& request = exchange.request();
  if (request.path == "/dev" && request.method == "GET") {
    exchange.respond(answer(200, R"({"success":true})"));
  } else if (request.path == "/dev/token" && request.method == "POST") {
    exchange.respond(issue(request));
  } else {
    exchange.respond(refusal(404, "There is only GET /dev and POST /dev/token."));
  }
}

wire::http::Response Console::issue(const wire::http::Request& request) const {
  // A form of another site's page can send text, but not JSON.
  if (!request.header("content-type").value_or("").starts_with("application/json")) {
    return refusal(415, "Send JSON: {\"name\": \"Alice\"}, with Content-Type: application/json.");
  }
  wire::JsonParser parser;
  const auto body = parser.parse(request.body);
  const auto field = body ? body->find("name") : std::nullopt;
  const auto name = field ? field->string() : std::nullopt;
  if (!name || name->empty() || name->size() > name_chars_max) {
    return refusal(400, "name must be a text of 1 to 64 bytes.");
  }
  const auto token = (*issue_token_)(std::string(*name));
  if (!token) return refusal(400, token.error().error);
  std::string out = R"({"success":true,"data":)";
  wire::JsonObjectWriter(out).member("token", *token).end();
  return answer(200, out += '}');
}

} // namespace mentara::console
