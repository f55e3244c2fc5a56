#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "wire/base/time.h"
#include "wire/http/message.h"

// Cross-origin resource sharing (the Fetch standard §3.2), with the headers that the npm middleware `cors` sends. An
// origin that is not allowed is not refused: it goes without the header, and its browser hides the answer from the
// page.
namespace wire::http {

struct AnyOrigin {}; // "*"

struct CorsOptions {
  using Fixed = std::string;             // always this one, whoever asks
  using List = std::vector<std::string>; // these, compared exactly
  using Predicate = std::function<bool(std::string_view origin)>;

  std::variant<AnyOrigin, Fixed, List, Predicate> origin = AnyOrigin{};
  bool credentials = false;
  std::string methods = "GET,HEAD,PUT,PATCH,POST,DELETE";
  std::string allowed_headers; // "a,b"; empty: whichever the preflight asks for
  std::string exposed_headers; // "a,b"; empty: none
  std::optional<seconds> max_age;
};

// What every answer carries, errors too. `origin` is the request's header.
void append_cors_headers(Headers& headers, const CorsOptions& options, std::optional<std::string_view> origin);

// The answer to OPTIONS: 204.
Response preflight_response(const CorsOptions& options, const Request& request);

} // namespace wire::http
