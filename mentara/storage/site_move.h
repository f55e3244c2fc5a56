#pragma once

#include <string>

#include "mentara/storage/maintenance.h"

namespace mentara::storage {

// Copies everything that a data directory keeps, in which no server runs, into an empty PostgreSQL database: in one
// transaction, so that a copy that is interrupted leaves nothing and is begun again. Every table is compared at the
// end. Cursors of clients stay valid; the search index is made anew by the server. Returns a sentence on what was
// moved; throws OpenError with one for the operator.
std::string move_to_postgres(const std::string& data_directory, const std::string& url, const Progress& progress);

} // namespace mentara::storage
