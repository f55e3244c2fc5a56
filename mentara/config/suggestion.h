#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mentara {

// "; did you mean 'server.port'?" when one of `words` is close to what was written, else nothing.
std::string suggest(std::string_view written, const std::vector<std::string>& words);

} // namespace mentara
