#include "mentara/ops/process_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>

namespace mentara::ops {

void add_process_figures(Figures& figures) {
  long pages = 0, resident_pages = 0;
  if (std::ifstream statm("/proc/self/statm"); statm >> pages >> resident_pages) {
    const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
    figures.gauge("process_resident_memory_bytes", "Memory in use.", static_cast<double>(resident_pages) * page);
    figures.gauge("process_virtual_memory_bytes", "Address space.", static_cast<double>(pages) * page);
  }
  std::error_code error;
  std::size_t open = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end; at.increment(error)) {
    ++open;
  }
  if (!error) figures.gauge("process_open_fds", "Descriptors in use.", static_cast<double>(open));
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    figures.gauge("process_max_fds", "Descriptors that may be in use.", static_cast<double>(limit.rlim_cur));
  }
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) {
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    figures.count("process_cpu_seconds_total", "Processor time of all threads.",
                  seconds(usage.ru_utime) + seconds(usage.ru_stime));
  }
}

} // namespace mentara::ops
