#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "wire/http/cors.h"
#include "wire/http/handler.h"
#include "wire/http/router.h"

namespace wire::http {

// A file that lies in memory for as long as the program runs.
struct StaticFile {
  std::string path; // exactly this one
  std::string content_type;
  std::string etag;       // with its quotes; another one for other bytes
  std::string_view bytes; // as they are
  std::string_view gzip;  // the same, compressed; empty: never sent so
};

// Answers GET and HEAD for files, whatever their query, with 304 for who has them (RFC 9110 §13.1.2).
class StaticFiles final : public Handler {
 public:
  explicit StaticFiles(std::optional<CorsOptions> cors = std::nullopt) : cors_(std::move(cors)) {}

  void add(StaticFile file);
  void attach(Router& router); // after the last add()

 private:
  void on_request(Exchange& exchange) override;
  Response response_to(const Request& request) const;

  // constant after attach()
  const std::optional<CorsOptions> cors_;
  std::unordered_map<std::string, StaticFile> files_; // by path
};

} // namespace wire::http
