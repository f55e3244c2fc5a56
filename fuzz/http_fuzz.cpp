// A client's bytes into a session, at once and in the pieces that the input asks for: the same must come of both. The
// input goes through the query parser and the router, too.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "wire/base/check.h"
#include "wire/base/utf8.h"
#include "wire/http/handler.h"
#include "wire/http/query.h"
#include "wire/http/router.h"
#include "wire/http/test_support.h"

namespace {

using namespace wire;
using namespace wire::http;

struct Nobody final : Handler {
  void on_request(Exchange&) override {}
};

void look_up(std::string_view target) {
  static Nobody nobody;
  static const Router router = [] {
    Router r;
    r.add("/", nobody);
    r.add("/socket.io/", nobody);
    return r;
  }();
  const std::size_t question = std::min(target.find('?'), target.size());
  router.find(target.substr(0, question));
  const Query query(target.substr(question));
  for (const auto& [key, value] : query.pairs()) {
    check(is_utf8(key) && is_utf8(value), "a query that is not UTF-8");
    check(query.count(key) > 0 && query.find(key).has_value(), "a key that cannot be found");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece_bytes = 1 + data[0] % 16;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  Options options;
  options.request_line_bytes_max = 64;
  options.header_bytes_max = 128;
  options.header_count_max = 6;
  options.body_bytes_max = 64;

  std::vector<std::string> pieces;
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) pieces.push_back(bytes.substr(at, piece_bytes));
  check(test::story_of({bytes}, options) == test::story_of(pieces, options),
        "what becomes of bytes depends on their pieces");
  look_up(bytes);
  return 0;
}
