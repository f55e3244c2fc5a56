#include "mentara/storage/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace mentara::storage {
namespace {

std::string read_owner(int file) {
  char text[32] = {};
  const ssize_t length = ::pread(file, text, sizeof text - 1, 0);
  return length > 0 ? " (process " + std::string(text, static_cast<std::size_t>(length)) + ")" : "";
}

// SQLite would make the file readable by others, and gives its log the same rights as the file. What is wrong with the
// file is SQLite's to say. An existing one is not opened here: closing it would free the locks that others hold through
// this process (fcntl(2)).
void keep_from_others(const std::string& database_path) {
  const int made = ::open(database_path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made >= 0) {
    ::close(made);
    return;
  }
  std::error_code ignored;
  namespace fs = std::filesystem;
  if (fs::is_regular_file(database_path, ignored)) {
    fs::permissions(database_path, fs::perms::owner_read | fs::perms::owner_write, ignored);
  }
}

} // namespace

DataDirectory::DataDirectory(std::string path) : path_(std::move(path)) {
  namespace fs = std::filesystem;
  std::error_code error;
  const bool made = fs::create_directories(path_, error);
  if (!error && !fs::is_directory(path_, error)) error = std::make_error_code(std::errc::not_a_directory);
  if (error) {
    throw OpenError("Cannot use the data directory " + path_ + " (" + error.message() +
                    "): make it, or choose another with --data.");
  }
  if (made) fs::permissions(path_, fs::perms::owner_all, error); // it holds people's messages

  const std::string lock_path = path_ + "/mentara.lock";
  lock_ = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) {
    throw OpenError("Cannot write to the data directory " + path_ + " (" + std::strerror(errno) +
                    "): give this user the right to, or choose another with --data.");
  }
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    const std::string owner = read_owner(lock_);
    ::close(lock_);
    throw OpenError("The data directory " + path_ + " is in use by another mentara" + owner +
                    ": stop it, or choose another directory with --data.");
  }
  // For the message above alone, so a failure to write it does not matter.
  const std::string owner = std::to_string(::getpid());
  if (::ftruncate(lock_, 0) == 0) [[maybe_unused]]
    const auto written = ::pwrite(lock_, owner.data(), owner.size(), 0);
  keep_from_others(database_path());
}

DataDirectory::~DataDirectory() { ::close(lock_); }

} // namespace mentara::storage
