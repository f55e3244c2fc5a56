#include "wire/http/message_codec.h"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include "wire/base/check.h"

namespace wire::http {
namespace {

namespace beast = boost::beast;

constexpr std::size_t method_bytes_max = 32;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

bool equals_ignoring_case(std::string_view text, std::string_view lower_case) {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// RFC 9110 §7.2, RFC 3986 §3.2: a host and a port, without user or path.
bool is_host(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~!$&'()*+;=:%[]").find(c) != std::string_view::npos;
  });
}

// "GET / HTTP/2.0": well formed, but no version of ours.
bool names_another_version(std::string_view line) {
  constexpr std::string_view shape = " HTTP/d.d";
  if (line.size() < shape.size() || std::count(line.begin(), line.end(), ' ') != 2) return false;
  line.remove_prefix(line.size() - shape.size());
  return line.starts_with(" HTTP/") && is_digits(line.substr(6, 1)) && line[7] == '.' && is_digits(line.substr(8, 1));
}

struct Facts { // of the head, beyond what Request holds
  int version = 11;
  std::size_t hosts = 0;
  std::size_t content_lengths = 0;
  std::size_t transfer_encodings = 0;
  std::uint64_t content_length = 0;
  bool chunked = false;
  bool expects_continue = false;
};

} // namespace

class RequestParser::Beast final : public beast::http::basic_parser<true> {
 public:
  using Error = beast::error_code;

  Beast(Request& request, std::string& body, const std::size_t& body_bytes_max)
      : request_(request), body_(body), body_bytes_max_(body_bytes_max) {
    header_limit(UINT32_MAX); // scan_head() has counted already
    body_limit(boost::none);  // checked here
  }

  Facts facts;
  ParseError error = ParseError::bad_request; // why a callback stopped the parser

 private:
  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int version,
                       Error&) override {
    request_.method = view(method);
    request_.target = view(target);
    facts.version = version;
  }

  void on_field_impl(beast::http::field field, beast::string_view name, beast::string_view value, Error& ec) override {
    if (is_header_done_) return; // a trailer: nobody asked for it
    request_.headers.push_back({view(name), view(value)});
    using enum beast::http::field;
    switch (field) {
      case host:
        ++facts.hosts;
        if (!is_host(view(value))) ec = beast::http::error::bad_value;
        break;
      case content_length: // a list, a sign or hexadecimal digits are where parsers differ
        ++facts.content_lengths;
        if (!is_digits(view(value))) ec = beast::http::error::bad_content_length;
        break;
      case transfer_encoding:
        ++facts.transfer_encodings;
        facts.chunked = equals_ignoring_case(view(value), "chunked");
        break;
      case connection:
        if (beast::http::token_list{value}.exists("upgrade")) request_.upgrade = true;
        break;
      case expect:
        facts.expects_continue = equals_ignoring_case(view(value), "100-continue");
        if (!facts.expects_continue) {
          error = ParseError::expectation_failed;
          ec = beast::http::error::bad_value;
        }
        break;
      default:
        break;
    }
  }

  void on_header_impl(Error&) override { is_header_done_ = true; }

  void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override {}

  std::size_t on_body_impl(beast::string_view bytes, Error&) override {
    body_.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  void on_chunk_header_impl(std::uint64_t size, beast::string_view extensions, Error& ec) override {
    extension_bytes_ += extensions.size();
    // The grammar allows spaces before the semicolon, but not every parser does (threats H1).
    const bool spaces = !extensions.empty() && extensions.front() != ';';
    if (spaces || extension_bytes_ > limits::chunk_extension_bytes_max) ec = beast::http::error::bad_chunk_extension;
    if (size > body_bytes_max_ - std::min(body_bytes_max_, body_.size())) {
      error = ParseError::content_too_large;
      ec = beast::http::error::body_limit;
    }
  }

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, Error& ec) override {
    return on_body_impl(bytes, ec);
  }

  void on_response_impl(int, beast::string_view, int, Error&) override {}
  void on_finish_impl(Error&) override {}

  Request& request_;
  std::string& body_;
  const std::size_t& body_bytes_max_;
  std::size_t extension_bytes_ = 0;
  bool is_header_done_ = false;
};

RequestParser::RequestParser(const Options& options, Peer peer)
    : options_(options), peer_(peer), body_bytes_max_(options.body_bytes_max) {}
RequestParser::~RequestParser() = default;

void RequestParser::reset() {
  head_ = {}; // with its memory: an idle connection holds none
  body_ = {};
  request_ = {};
  beast_.reset();
  body_bytes_max_ = options_.body_bytes_max;
  scanned_ = searched_ = head_begin_ = lines_ = request_line_end_ = 0;
}

bool RequestParser::is_http_1_0() const { return beast_ && beast_->facts.version == 10; }
bool RequestParser::body_expected() const { return beast_ && !beast_->is_done(); }
bool RequestParser::expects_continue() const { return beast_ && beast_->facts.expects_continue; }

Result<RequestParser::Progress, ParseError> RequestParser::parse(std::string_view& input) {
  return head_.empty() ? scan_head(input) : parse_body(input);
}

// Finds the end of the head and counts, line by line as they arrive, so that nobody can make us keep or look at more
// than the limits allow. Lines end with CR LF and nothing else.
Result<RequestParser::Progress, ParseError> RequestParser::scan_head(std::string_view& input) {
  for (;;) {
    const std::size_t newline = input.find('\n', scanned_ + searched_);
    const bool ended = newline != std::string_view::npos;
    const std::size_t line_end = ended ? newline + 1 : input.size();
    const std::string_view line = input.substr(scanned_, line_end - scanned_);
    if (lines_ == 0) {
      if (line == "\r\n") { // RFC 9112 §2.2: one empty line before a request is ignored
        if (head_begin_ > 0) return ParseError::bad_request;
        head_begin_ = scanned_ = line_end;
        searched_ = 0;
        continue;
      }
      const std::size_t line_bytes = line.size() - (line.ends_with("\r\n") ? 2 : ended || line.ends_with('\r') ? 1 : 0);
      if (line_bytes > options_.request_line_bytes_max) {
        return line.find(' ') > method_bytes_max ? ParseError::bad_request : ParseError::uri_too_long;
      }
      request_line_end_ = line_end;
    } else {
      if (line.starts_with(' ') || line.starts_with('\t')) return ParseError::bad_request; // obs-fold
      if (line_end - request_line_end_ > options_.header_bytes_max) return ParseError::header_fields_too_large;
      if (line.size() > 2 && lines_ > options_.header_count_max) return ParseError::header_fields_too_large;
    }

    if (!ended) {
      searched_ = line.size();
      return Progress::need_more;
    }
    if (!line.ends_with("\r\n")) return ParseError::bad_request;
    ++lines_;
    scanned_ = line_end;
    searched_ = 0;
    if (line.size() > 2) continue;

    head_.assign(input.substr(head_begin_, line_end - head_begin_));
    input.remove_prefix(line_end);
    return parse_head();
  }
}

Result<RequestParser::Progress, ParseError> RequestParser::parse_head() {
  beast_ = std::make_unique<Beast>(request_, body_, body_bytes_max_);
  Beast::Error ec;
  const std::size_t taken = beast_->put({head_.data(), head_.size()}, ec);
  if (ec == beast::http::error::bad_version && names_another_version(head_.substr(0, head_.find('\r')))) {
    return ParseError::version_not_supported;
  }
  if (ec) return beast_->error;
  if (taken != head_.size() || !beast_->is_header_done()) return ParseError::bad_request;

  const Facts& facts = beast_->facts;
  const bool http_1_1 = facts.version == 11;
  if (facts.hosts > 1 || (http_1_1 && facts.hosts == 0)) return ParseError::bad_request; // RFC 9112 §3.2
  if (facts.content_lengths + facts.transfer_encodings > 1) return ParseError::bad_request;
  if (facts.transfer_encodings > 0 && (!facts.chunked || !http_1_1)) return ParseError::bad_request;
  if (request_.method.size() > method_bytes_max || request_.method == "CONNECT") return ParseError::bad_request;
  // Only the origin form: we are no proxy, and "*" has no resource (threats H16).
  if (!request_.target.starts_with('/') || request_.target.find('#') != std::string_view::npos) {
    return ParseError::bad_request;
  }

  for (const Header& header : request_.headers) {
    char* name = head_.data() + (header.name.data() - head_.data());
    std::transform(name, name + header.name.size(), name,
                   [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  }
  const std::size_t question = request_.target.find('?');
  request_.path = request_.target.substr(0, question);
  if (question != std::string_view::npos) request_.query = request_.target.substr(question + 1);
  request_.peer = peer_;
  if (options_.trusted_proxies.contains(peer_.address)) {
    if (const auto client = forwarded_client(request_.headers, options_.forwarded_header, options_.trusted_proxies)) {
      forwarded_address_ = client->to_string();
      request_.peer = {forwarded_address_, 0, peer_.secure};
    }
  }
  request_.keep_alive = beast_->keep_alive();
  request_.upgrade = request_.upgrade && http_1_1;
  beast_->facts.expects_continue = facts.expects_continue && http_1_1;
  return Progress::head;
}

Result<RequestParser::Progress, ParseError> RequestParser::parse_body(std::string_view& input) {
  if (const auto length = beast_->content_length(); length && *length > body_bytes_max_) {
    return ParseError::content_too_large;
  }
  while (!beast_->is_done()) {
    // A last chunk in pieces of less makes Beast 1.81 fail an assertion; no chunked rest is shorter.
    constexpr std::size_t last_chunk_bytes = std::string_view("0\r\n\r\n").size();
    if (input.size() < (beast_->chunked() ? last_chunk_bytes : 1)) return Progress::need_more;
    Beast::Error ec;
    const std::size_t taken = beast_->put({input.data(), input.size()}, ec);
    input.remove_prefix(taken);
    if (ec == beast::http::error::need_more) {
      // The line of a chunk, or the trailers, are not complete.
      if (input.size() > options_.header_bytes_max) return ParseError::bad_request;
      return Progress::need_more;
    }
    if (ec) return beast_->error;
  }
  request_.body = body_;
  return Progress::complete;
}

// --- responses ---

std::string_view reason_phrase(int status) {
  const beast::string_view phrase = beast::http::obsolete_reason(static_cast<beast::http::status>(status));
  return view(phrase);
}

void append_response(std::string& out, const Response& response, const ResponseOptions& options) {
  const bool bodiless = response.status < 200 || response.status == 204 || response.status == 304;
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason_phrase(response.status)).append("\r\n");
  for (const auto& [name, value] : response.headers) {
    out.append(name).append(": ");
    for (char c : value) out += (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f ? ' ' : c;
    out.append("\r\n");
  }
  if (!bodiless) out.append("Content-Length: ").append(std::to_string(response.body.size())).append("\r\n");
  if (!options.date.empty()) out.append("Date: ").append(options.date).append("\r\n");
  if (!options.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (options.http_1_0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
  if (!bodiless && !options.head_request) out.append(response.body);
}

std::string format_date(std::int64_t unix_seconds) {
  const std::time_t time = unix_seconds;
  std::tm utc{};
  ::gmtime_r(&time, &utc);
  // Not strftime's %a and %b, which follow the locale.
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char rest[32];
  std::string date = days.at(static_cast<std::size_t>(utc.tm_wday));
  date.append(rest, std::strftime(rest, sizeof rest, ", %d ", &utc));
  date.append(months.at(static_cast<std::size_t>(utc.tm_mon)));
  date.append(rest, std::strftime(rest, sizeof rest, " %Y %H:%M:%S GMT", &utc));
  return date;
}

} // namespace wire::http
