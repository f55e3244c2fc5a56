#pragma once

#include "mentara/ops/figures.h"

namespace mentara::ops {

// Memory, descriptors and processor time of this process, from /proc; under the names that Prometheus' own clients use.
void add_process_figures(Figures& figures);

} // namespace mentara::ops
