#pragma once

#include <string_view>

namespace mentara {

std::string_view version(); // of the build: "0.1.0"

} // namespace mentara
