#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "wire/base/result.h"
#include "wire/http/message.h"
#include "wire/http/options.h"

namespace wire::http {

// What was wrong with a request, named for the status that answers it.
enum class ParseError {
  bad_request = 400,
  content_too_large = 413,
  uri_too_long = 414,
  expectation_failed = 417,
  header_fields_too_large = 431,
  version_not_supported = 505,
};

// Reads one request. Strict where programs have disagreed about where a request ends (RFC 9112 §11.2, threats H1): what
// is ambiguous is refused, and nothing behind it may be read as a request.
class RequestParser {
 public:
  enum class Progress {
    need_more, // all bytes that could be understood were taken
    head,      // request() is there, without its body: go on parsing
    complete,  // the body, too; nothing behind it was taken
  };

  explicit RequestParser(const Options& options, Peer peer = {}); // both must outlive it
  ~RequestParser();

  // Takes from the front of `input` what it understood. What is left must be there again, with more behind it, at the
  // next call. After an error or `complete`: only reset().
  Result<Progress, ParseError> parse(std::string_view& input);
  void reset(); // for the next request of the connection

  const Request& request() const { return request_; }
  const std::string& raw_head() const { return head_; }             // names of headers in lower case
  bool is_http_1_0() const;                                         // after the head
  bool begun() const { return scanned_ + searched_ > head_begin_; } // more than an empty line
  bool body_expected() const;                                       // after the head: and not complete
  bool expects_continue() const;                                    // after the head: "Expect: 100-continue"
  void set_body_bytes_max(std::size_t bytes_max) { body_bytes_max_ = bytes_max; }

 private:
  class Beast; // Boost's parser; lives while a request is read

  Result<Progress, ParseError> scan_head(std::string_view& input);
  Result<Progress, ParseError> parse_head();
  Result<Progress, ParseError> parse_body(std::string_view& input);

  const Options& options_;
  const Peer peer_;
  std::size_t body_bytes_max_;

  // of the current request
  std::string head_; // what request_ looks into
  std::string forwarded_address_;
  std::string body_;
  Request request_;
  std::unique_ptr<Beast> beast_;
  std::size_t scanned_ = 0;    // bytes of the head that were seen, in whole lines
  std::size_t searched_ = 0;   // bytes behind them without a line end
  std::size_t head_begin_ = 0; // behind the empty line that some clients send first
  std::size_t lines_ = 0;
  std::size_t request_line_end_ = 0;
};

struct ResponseOptions {
  bool keep_alive = true;
  bool http_1_0 = false; // the peer must be told that the connection stays open
  bool head_request = false;
  std::string_view date = {}; // as format_date() makes it; empty: none
};

// Control characters in a header's value become spaces: a value cannot become another header.
void append_response(std::string& out, const Response& response, const ResponseOptions& options);

// RFC 9110 §5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string format_date(std::int64_t unix_seconds);

std::string_view reason_phrase(int status);

} // namespace wire::http
