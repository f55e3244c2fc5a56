#include "mentara/ops/file_watch.h"

#include <sys/stat.h>

#include <utility>

namespace mentara::ops {
namespace {

constexpr wire::Duration interval = wire::seconds(1);

}

FileWatch::FileWatch(wire::net::Loop& loop, std::vector<std::string> paths, std::function<void()> on_change)
    : paths_(std::move(paths)), on_change_(std::move(on_change)), seen_(look()), timer_(loop, [this] { compare(); }) {
  if (!paths_.empty()) timer_.arm(interval);
}

std::vector<FileWatch::State> FileWatch::look() const {
  std::vector<State> states;
  for (const std::string& path : paths_) {
    struct stat file {};
    if (stat(path.c_str(), &file) != 0) file = {};
    states.emplace_back(file.st_ino, file.st_size, file.st_mtim.tv_sec * 1'000'000'000 + file.st_mtim.tv_nsec);
  }
  return states;
}

void FileWatch::compare() {
  timer_.arm(interval);
  if (auto now = look(); now != seen_) {
    seen_ = std::move(now);
    on_change_();
  }
}

} // namespace mentara::ops
