#include "bench/load/process_usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace load {
namespace {

std::string read_proc(int pid, const char* name) {
  const std::string path = "/proc/" + std::to_string(pid) + "/" + name;
  std::ifstream file(path);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (text.empty()) {
    throw std::runtime_error("cannot read " + path + ": is the server of --server-pid running, and is it yours?");
  }
  return text;
}

std::string_view skip_words(std::string_view text, int words) {
  for (; words > 0 && !text.empty(); --words) {
    text.remove_prefix(std::min(text.find(' '), text.size()));
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  }
  return text;
}

std::optional<std::uint64_t> leading_number(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> kilobytes_after(std::string_view text, std::string_view label) {
  const std::size_t at = text.find(label);
  if (at == std::string_view::npos) return std::nullopt;
  const auto kilobytes = leading_number(text.substr(at + label.size()));
  if (!kilobytes) return std::nullopt;
  return *kilobytes * 1024;
}

} // namespace

std::optional<std::uint64_t> parse_cpu_ticks(std::string_view stat) {
  // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  const std::string_view from_utime = skip_words(stat.substr(name_end), 12);
  const auto utime = leading_number(from_utime);
  const auto stime = leading_number(skip_words(from_utime, 1));
  if (!utime || !stime) return std::nullopt;
  return *utime + *stime;
}

std::optional<Memory> parse_memory(std::string_view smaps_rollup) {
  const auto rss = kilobytes_after(smaps_rollup, "\nRss:");
  const auto pss = kilobytes_after(smaps_rollup, "\nPss:");
  if (!rss || !pss) return std::nullopt;
  return Memory{*rss, *pss};
}

ServerProcess::ServerProcess(int pid) : pid_(pid) { cpu(); }

Duration ServerProcess::cpu() const {
  const auto ticks = parse_cpu_ticks(read_proc(pid_, "stat"));
  if (!ticks) throw std::runtime_error("cannot understand /proc/PID/stat");
  static const auto ticks_per_second = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  return std::chrono::nanoseconds(*ticks * (1'000'000'000 / ticks_per_second));
}

Memory ServerProcess::memory() const {
  const auto memory = parse_memory(read_proc(pid_, "smaps_rollup"));
  if (!memory) throw std::runtime_error("cannot understand /proc/PID/smaps_rollup");
  return *memory;
}

Duration own_cpu() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto duration = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return duration(usage.ru_utime) + duration(usage.ru_stime);
}

} // namespace load
