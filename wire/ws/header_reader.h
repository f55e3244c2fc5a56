#pragma once

#include <string_view>

namespace wire::ws {

enum class HeaderError { malformed };

// Walks once through the value of an HTTP header, so that no value costs more than its length (threats H4). What is
// read comes as views into the value; optional spaces around it are passed over.
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view value) : rest_(value) { skip_spaces(); }

  bool at_end() const { return rest_.empty(); }
  bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }
  bool take(char c);
  // RFC 9110 §5.6.2; empty where there is none.
  std::string_view token();

 private:
  void skip_spaces();

  std::string_view rest_;
};

// Whether a list of tokens holds one, in any case.
bool list_contains(std::string_view list, std::string_view token);

} // namespace wire::ws
