#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mentara::storage {

// For tests: what SQLite does to its files goes through here, is written down, and fails when the test says so. It
// serves every database that is opened while it lives; one at a time.
class TestVfs {
 public:
  enum class Call { write, truncate, sync, remove };
  struct Operation {
    Call call;
    std::string path;
    std::int64_t offset = 0; // of a truncation: the new size
    std::string bytes{};     // of a write
  };
  enum class Fault { io, full };

  TestVfs();
  ~TestVfs();
  TestVfs(const TestVfs&) = delete;
  TestVfs& operator=(const TestVfs&) = delete;

  // What was done since the last call of it, in order. (The index in shared memory is not among it: it is made anew.)
  std::vector<Operation> take_operations();

  // From now on the `nth` such call fails (1: the next one), and with `persistent` all that follow.
  void fail(Call call, int nth, bool persistent, Fault fault = Fault::io);
  void heal();
  bool has_failed() const; // since fail()

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

} // namespace mentara::storage
