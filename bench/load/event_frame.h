#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bench/load/options.h"

namespace load {

// A packet that is framed once and sent many times. If it holds {{n}}, ten digits stand in that place, and set_number()
// changes them; a compressed frame has no such place, and stays as it is.
class EventFrame {
 public:
  static constexpr std::string_view number_mark = "{{n}}";
  static constexpr std::size_t number_digits = 10;

  // `attachment`: of a packet that says that one follows.
  explicit EventFrame(std::string packet, Framing framing = Framing::websocket,
                      std::optional<std::string_view> attachment = {});

  void set_number(std::uint64_t number); // does nothing where there is no mark; takes the last ten digits
  std::string_view bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::size_t number_at_ = std::string::npos;
};

// The number that begins at `text`; ten digits.
std::uint64_t parse_number(std::string_view text);

} // namespace load
