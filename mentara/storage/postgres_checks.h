#pragma once

#include <string>
#include <vector>

namespace mentara::storage {

// What a PostgreSQL server means for those who are promised that their messages are stored (`mentara doctor`).
struct DatabaseFinding {
  enum class Kind { good, note, bad };
  Kind kind;
  std::string text;
};
std::vector<DatabaseFinding> look_at_postgres(const std::string& url);

} // namespace mentara::storage
