#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wire::http {

// The part of a target behind '?', read as URLSearchParams does (WHATWG URL §5.1): '+' is a space, "%41" is "A", a
// wrong escape stands for itself, bytes that are not UTF-8 become U+FFFD.
class Query {
 public:
  explicit Query(std::string_view text);

  std::optional<std::string> find(std::string_view key) const; // the last one of several
  std::size_t count(std::string_view key) const;
  const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; } // in the order sent

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

} // namespace wire::http
