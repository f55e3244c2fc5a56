#include "mentara/domain/message.h"

namespace mentara {

std::string_view quote_text(std::string_view content) {
  constexpr int code_points_max = 200;
  int code_points = 0;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const bool starts_code_point = (static_cast<unsigned char>(content[i]) & 0xc0) != 0x80;
    if (starts_code_point && ++code_points > code_points_max) return content.substr(0, i);
  }
  return content;
}

} // namespace mentara
