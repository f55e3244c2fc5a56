#include "mentara/config/version.h"

namespace mentara {

std::string_view version() { return MENTARA_VERSION; }

} // namespace mentara
