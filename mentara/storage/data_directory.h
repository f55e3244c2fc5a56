#pragma once

#include <stdexcept>
#include <string>

namespace mentara::storage {

// Why the database cannot be opened: one sentence with the path and what to do. For main().
class OpenError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Where the database of a data directory is.
inline std::string database_path(const std::string& data_directory) { return data_directory + "/mentara.db"; }

// The folder with everything that the server keeps; made when it does not exist, readable by its owner alone, as is the
// database file. Only one process has it at a time, for as long as the object lives; the system frees it also after a
// kill.
class DataDirectory {
 public:
  explicit DataDirectory(std::string path); // throws OpenError
  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string database_path() const { return storage::database_path(path_); }

 private:
  const std::string path_;
  int lock_ = -1;
};

} // namespace mentara::storage
