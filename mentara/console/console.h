#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mentara/domain/failure.h"
#include "wire/base/result.h"
#include "wire/http/handler.h"
#include "wire/http/router.h"
#include "wire/http/static_files.h"

namespace mentara::console {

// A token for this name, or why there is none. Any loop.
using IssueToken = std::function<wire::Result<std::string, Failure>(const std::string& name)>;

// What a browser finds on the server: the page at /, built from web/, and the contract below /docs. In development also
// GET /dev and POST /dev/token {name}, by which the page signs somebody in who has but a name.
class Console final : public wire::http::Handler {
 public:
  // `issue_token`: in development only.
  explicit Console(std::optional<IssueToken> issue_token);

  void attach(wire::http::Router& router); // of as many loops as there are
  static bool has_page();                  // false in a build without web/dist

 private:
  void on_head(wire::http::Exchange& exchange) override;
  void on_request(wire::http::Exchange& exchange) override;
  wire::http::Response issue(const wire::http::Request& request) const;

  // constant after construction
  std::vector<std::string> documents_; // what files_ point into
  wire::http::StaticFiles files_;
  const std::optional<IssueToken> issue_token_;
};

} // namespace mentara::console
