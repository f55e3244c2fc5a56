#pragma once

#include <string>
#include <string_view>

// Between texts and statements as we write them and as PostgreSQL takes them.
namespace mentara::storage::postgres {

// ?1 becomes $1, but not within quotes.
std::string numbered_with_dollars(std::string_view sql);

// A text may hold any character, PostgreSQL's none that is NUL: it is kept as U+FFFE and 0, and U+FFFE (which nobody
// uses, Unicode says) as U+FFFE and 1. So equal texts stay equal, and different ones different.
bool needs_escape(std::string_view text);
std::string escape_text(std::string_view text);
bool is_escaped(std::string_view text);
std::string unescape_text(std::string_view text);

} // namespace mentara::storage::postgres
