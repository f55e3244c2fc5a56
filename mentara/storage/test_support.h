#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "mentara/domain/callbacks.h"
#include "wire/base/check.h"

// For tests: a home loop that the test drives, and a place for files.
namespace mentara::storage {

// Runs what is posted in the thread of the test, when the test says so.
class TestLoop {
 public:
  Post post() {
    return [this](wire::UniqueFunction<void()> function) {
      {
        std::lock_guard lock(mutex_);
        posted_.push_back(std::move(function));
      }
      wake_.notify_one();
    };
  }

  // Waits for work from other threads until `done` holds.
  template <class Predicate>
  void run_until(Predicate done) {
    while (!done()) run_next();
  }
  // What has been posted so far, and what that posts.
  void run_posted() {
    while (!empty()) run_next();
  }

  // Calls `request(Done<T>)` and waits for the answer.
  template <class T, class Request>
  wire::Result<T, Failure> ask(Request request) {
    std::optional<wire::Result<T, Failure>> answer;
    request(Done<T>([&](wire::Result<T, Failure> result) { answer.emplace(std::move(result)); }));
    wire::check(!answer, "an answer never comes from within the request");
    run_until([&] { return answer.has_value(); });
    return *std::move(answer);
  }

 private:
  bool empty() {
    std::lock_guard lock(mutex_);
    return posted_.empty();
  }
  void run_next() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return !posted_.empty(); });
    auto function = std::move(posted_.front());
    posted_.pop_front();
    lock.unlock();
    function();
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<wire::UniqueFunction<void()>> posted_;
};

class TempDirectory {
 public:
  TempDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "mentara-test-XXXXXX").string();
    wire::check(::mkdtemp(name.data()) != nullptr, "a directory for the test can be made");
    path_ = name;
  }
  ~TempDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

} // namespace mentara::storage
