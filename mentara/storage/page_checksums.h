#pragma once

#include <cstddef>

// A layer between SQLite and the disk that ends every page of a database with a checksum (in the bytes that SQLite
// reserves for such layers) and refuses a page that does not bear its own: SQLite itself notices when the structure of
// a file is damaged, but would hand out a text in which a bit has changed (threats F5). Frames of the write-ahead log
// have SQLite's own checksums. Other programs can read such a file as any other, but what they write to it is refused.
namespace mentara::storage::sqlite {

inline constexpr int checksum_bytes = 8; // of each page, at its end

// The name of the layer, for sqlite3_open_v2; there after the first call. It uses what is then the default file system.
const char* page_checksums();

} // namespace mentara::storage::sqlite
