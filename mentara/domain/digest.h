#pragma once

#include <string>
#include <string_view>

namespace mentara {

// SHA-256, in hexadecimal.
std::string sha256_hex(std::string_view bytes);

} // namespace mentara
