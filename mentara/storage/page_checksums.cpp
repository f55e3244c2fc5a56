#include "mentara/storage/page_checksums.h"

#include <sqlite3.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <vector>

namespace mentara::storage::sqlite {
namespace {

// https://www.sqlite.org/fileformat2.html#the_database_header
constexpr std::size_t header_bytes = 100;
constexpr std::size_t page_size_at = 16, reserved_at = 20, application_id_at = 68;
constexpr std::size_t default_page_size = 4096;
constexpr std::string_view magic("SQLite format 3\0", 16);
constexpr std::string_view our_application_id = "MNTR"; // migrations.cpp sets it

sqlite3_vfs* disk() { return sqlite3_vfs_find(nullptr); }

// An open file, and the disk's own below it.
struct File : sqlite3_file {
  sqlite3_file* below = nullptr;
  bool has_pages = false;    // a database; a journal, a log or a temporary file passes as it is
  std::size_t page_size = 0; // 0: not known yet, or the file has no checksums
  std::vector<unsigned char> page{};
};

sqlite3_file* below(sqlite3_file* file) { return static_cast<File*>(file)->below; }

// Depends on the place too: a page that was written somewhere else is as wrong as one that was changed.
std::uint64_t checksum(const unsigned char* page, std::size_t size, std::uint64_t number) {
  constexpr std::uint64_t factor = 0x9fb21c651e98df25; // odd; every bit of a word moves all those above it
  std::uint64_t sum = (number + 1) * factor;
  for (std::size_t at = 0; at + sizeof sum <= size - checksum_bytes; at += sizeof sum) {
    std::uint64_t word;
    std::memcpy(&word, page + at, sizeof word);
    sum = (sum ^ word) * factor;
    sum ^= sum >> 32;
  }
  return sum;
}

bool is_intact(const unsigned char* page, std::size_t size, std::uint64_t number) {
  std::uint64_t stored;
  std::memcpy(&stored, page + size - checksum_bytes, sizeof stored);
  return stored == checksum(page, size, number);
}

// Learns from the header whether pages end with checksums. Three signs say so, and two are enough: where the header
// itself was damaged, SQLite may have a newer one in the log and not notice.
void learn(File& file, const unsigned char* header) {
  if (!file.has_pages) return;
  const auto is_at = [&](std::size_t at, std::string_view text) {
    return std::memcmp(header + at, text.data(), text.size()) == 0;
  };
  const int signs = (is_at(0, magic) ? 1 : 0) + (is_at(application_id_at, our_application_id) ? 1 : 0) +
                    (header[reserved_at] == checksum_bytes ? 1 : 0);
  const auto size = static_cast<std::size_t>(header[page_size_at] << 8 | header[page_size_at + 1]);
  const bool is_size = size >= 512 && (size & (size - 1)) == 0;
  file.page_size = signs < 2 ? 0 : is_size ? size : default_page_size;
}

// A page that is read is one that was written: SQLite would take what lies beyond the end of a file for zeros.
int judge(int code, const unsigned char* page, std::size_t size, std::uint64_t number) {
  if (code == SQLITE_IOERR_SHORT_READ) return SQLITE_IOERR_DATA;
  return code != SQLITE_OK || is_intact(page, size, number) ? code : SQLITE_IOERR_DATA;
}

// SQLite reads whole pages, sometimes parts of one, and at the start the header alone.
int read(sqlite3_file* base, void* bytes, int amount, sqlite3_int64 offset) {
  auto& file = *static_cast<File*>(base);
  auto* out = static_cast<unsigned char*>(bytes);
  const auto at = static_cast<std::size_t>(offset), size = static_cast<std::size_t>(amount);
  if (at + size <= header_bytes || file.page_size == 0) {
    const int code = file.below->pMethods->xRead(file.below, bytes, amount, offset);
    if (code == SQLITE_OK && at == 0 && size >= header_bytes) learn(file, out);
    if (size <= header_bytes || file.page_size != size || at != 0) return code;
    return judge(code, out, size, 0);
  }
  const std::size_t number = at / file.page_size;
  if (size == file.page_size && at % file.page_size == 0) {
    const int code = file.below->pMethods->xRead(file.below, bytes, amount, offset);
    return judge(code, out, size, number);
  }
  const std::size_t in_page = at - number * file.page_size;
  if (in_page + size > file.page_size) return SQLITE_IOERR_DATA; // not a way in which SQLite reads
  file.page.resize(file.page_size);
  const int code = file.below->pMethods->xRead(file.below, file.page.data(), static_cast<int>(file.page_size),
                                               static_cast<sqlite3_int64>(number * file.page_size));
  if (const int judged = judge(code, file.page.data(), file.page_size, number); judged != SQLITE_OK) return judged;
  std::memcpy(out, file.page.data() + in_page, size);
  return SQLITE_OK;
}

int write(sqlite3_file* base, const void* bytes, int amount, sqlite3_int64 offset) {
  auto& file = *static_cast<File*>(base);
  const auto* in = static_cast<const unsigned char*>(bytes);
  const auto at = static_cast<std::size_t>(offset), size = static_cast<std::size_t>(amount);
  if (at == 0 && size >= header_bytes) learn(file, in);
  if (file.page_size == 0 || size != file.page_size) {
    return file.below->pMethods->xWrite(file.below, bytes, amount, offset);
  }
  file.page.assign(in, in + size);
  const std::uint64_t sum = checksum(file.page.data(), size, at / file.page_size);
  std::memcpy(file.page.data() + size - checksum_bytes, &sum, sizeof sum);
  return file.below->pMethods->xWrite(file.below, file.page.data(), amount, offset);
}

int close(sqlite3_file* base) {
  auto* file = static_cast<File*>(base);
  const int code = file->below->pMethods->xClose(file->below);
  std::free(file->below);
  file->~File();
  return code;
}

template <auto Method, class... Args>
auto forward(sqlite3_file* file, Args... args) {
  return (below(file)->pMethods->*Method)(below(file), args...);
}

// Version 2: without xFetch, by which SQLite would read around the checksums.
constexpr sqlite3_io_methods methods{
    2,
    close,
    read,
    write,
    forward<&sqlite3_io_methods::xTruncate, sqlite3_int64>,
    forward<&sqlite3_io_methods::xSync, int>,
    forward<&sqlite3_io_methods::xFileSize, sqlite3_int64*>,
    forward<&sqlite3_io_methods::xLock, int>,
    forward<&sqlite3_io_methods::xUnlock, int>,
    forward<&sqlite3_io_methods::xCheckReservedLock, int*>,
    forward<&sqlite3_io_methods::xFileControl, int, void*>,
    forward<&sqlite3_io_methods::xSectorSize>,
    forward<&sqlite3_io_methods::xDeviceCharacteristics>,
    forward<&sqlite3_io_methods::xShmMap, int, int, int, void volatile**>,
    forward<&sqlite3_io_methods::xShmLock, int, int, int>,
    forward<&sqlite3_io_methods::xShmBarrier>,
    forward<&sqlite3_io_methods::xShmUnmap, int>,
    nullptr,
    nullptr,
};

int open(sqlite3_vfs*, const char* name, sqlite3_file* base, int flags, int* out_flags) {
  sqlite3_vfs* vfs = disk();
  auto* file = new (base) File{};
  file->below = static_cast<sqlite3_file*>(std::calloc(1, static_cast<std::size_t>(vfs->szOsFile)));
  if (!file->below) return SQLITE_NOMEM;
  const int code = vfs->xOpen(vfs, name, file->below, flags, out_flags);
  if (code == SQLITE_OK) {
    file->has_pages = (flags & SQLITE_OPEN_MAIN_DB) != 0;
    file->pMethods = &methods;
    return SQLITE_OK;
  }
  if (file->below->pMethods) file->below->pMethods->xClose(file->below);
  std::free(file->below);
  file->~File();
  base->pMethods = nullptr; // nothing to close
  return code;
}

template <auto Method, class... Args>
auto ask_disk(sqlite3_vfs*, Args... args) {
  return (disk()->*Method)(disk(), args...);
}

} // namespace

const char* page_checksums() {
  static sqlite3_vfs layer = [] {
    sqlite3_vfs vfs{};
    vfs.iVersion = 2;
    vfs.szOsFile = sizeof(File);
    vfs.mxPathname = disk()->mxPathname;
    vfs.zName = "mentara";
    vfs.xOpen = open;
    vfs.xDelete = ask_disk<&sqlite3_vfs::xDelete, const char*, int>;
    vfs.xAccess = ask_disk<&sqlite3_vfs::xAccess, const char*, int, int*>;
    vfs.xFullPathname = ask_disk<&sqlite3_vfs::xFullPathname, const char*, int, char*>;
    vfs.xRandomness = ask_disk<&sqlite3_vfs::xRandomness, int, char*>;
    vfs.xSleep = ask_disk<&sqlite3_vfs::xSleep, int>;
    vfs.xCurrentTime = ask_disk<&sqlite3_vfs::xCurrentTime, double*>;
    vfs.xGetLastError = ask_disk<&sqlite3_vfs::xGetLastError, int, char*>;
    vfs.xCurrentTimeInt64 = ask_disk<&sqlite3_vfs::xCurrentTimeInt64, sqlite3_int64*>;
    return vfs;
  }();
  static const int registered = sqlite3_vfs_register(&layer, 0);
  return registered == SQLITE_OK ? layer.zName : nullptr;
}

} // namespace mentara::storage::sqlite
