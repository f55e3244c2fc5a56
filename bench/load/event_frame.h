#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace load {

// A frame that is built once and sent many times. If its packet holds {{n}}, ten digits stand in that place, and
// set_number() changes them.
class EventFrame {
 public:
  static constexpr std::string_view number_mark = "{{n}}";
  static constexpr std::size_t number_digits = 10;

  explicit EventFrame(std::string packet);

  void set_number(std::uint64_t number); // does nothing where there is no mark; takes the last ten digits
  std::string_view bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::size_t number_at_ = std::string::npos;
};

// The number that begins at `text`; ten digits.
std::uint64_t parse_number(std::string_view text);

} // namespace load
