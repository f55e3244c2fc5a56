#include "mentara/ops/doctor.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <thread>

#include "wire/base/limits.h"
#include "wire/net/tls.h"

namespace mentara::ops {
namespace {

using std::to_string;
using Kind = Finding::Kind;

constexpr std::uint64_t descriptors_wanted = 65'536;
constexpr std::int64_t backlog_wanted = 4096; // as the listener asks for
constexpr std::chrono::milliseconds fsync_slow(20);
constexpr std::int64_t day = 24 * 60 * 60;
constexpr std::int64_t days_wanted = 21; // of a certificate: whoever renews it begins with a third of 90 days left
constexpr std::uint64_t free_bytes_wanted = 1024ULL * 1024 * 1024;

std::optional<std::int64_t> read_number(const char* path) {
  std::int64_t number = 0;
  if (std::ifstream file(path); file >> number) return number;
  return std::nullopt;
}

// The median of some writes as a commit makes them: append a page, wait for the disk.
std::optional<std::chrono::microseconds> measure_fsync(const std::string& directory, std::string& error) {
  const std::string path = directory + "/doctor-" + to_string(::getpid());
  const int fd = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  std::array<std::chrono::microseconds, 15> times{};
  bool written = fd >= 0;
  for (std::size_t i = 0; written && i < times.size(); ++i) {
    const std::array<char, 4096> page{};
    const auto begin = std::chrono::steady_clock::now();
    written = ::write(fd, page.data(), page.size()) == static_cast<ssize_t>(page.size()) && ::fdatasync(fd) == 0;
    times[i] = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
  }
  if (!written) error = std::strerror(errno);
  if (fd >= 0) {
    ::close(fd);
    ::unlink(path.c_str());
  }
  if (!written) return std::nullopt;
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

std::uint64_t connections_for(std::uint64_t descriptors) { // as net::connections_max_of_process()
  constexpr std::uint64_t reserved = wire::limits::descriptors_reserved;
  return descriptors > 2 * reserved ? descriptors - reserved : descriptors / 2;
}

std::string seconds(std::chrono::microseconds time) {
  const auto us = time.count();
  return us < 1000 ? to_string(us) + " µs" : to_string(us / 1000) + "." + to_string(us % 1000 / 100) + " ms";
}

Finding descriptors(const Machine& machine) {
  std::string text = "descriptors: " + to_string(machine.descriptors) + ", so up to " +
                     to_string(connections_for(machine.descriptors)) + " connections; more are told 503";
  if (machine.descriptors >= descriptors_wanted) return {Kind::good, std::move(text)};
  text += machine.descriptors_hard >= descriptors_wanted ? ". Raise it: ulimit -n " + to_string(descriptors_wanted)
                                                         : ". Raise it: LimitNOFILE=" + to_string(descriptors_wanted);
  return {Kind::note, text + (machine.descriptors_hard >= descriptors_wanted ? ", or LimitNOFILE= of a systemd unit"
                                                                             : " of a systemd unit, or limits.conf")};
}

Finding queue(const char* name, const char* setting, const std::optional<std::int64_t>& length) {
  if (!length) return {Kind::note, std::string(name) + ": cannot be read on this machine"};
  std::string text = std::string(name) + ": " + to_string(*length) + " connections may wait to be accepted";
  if (*length >= backlog_wanted) return {Kind::good, std::move(text)};
  return {Kind::note,
          text + "; when all clients return at once, more are dropped and try again after a second. sysctl -w " +
              setting + "=" + to_string(backlog_wanted)};
}

Finding disk(const Machine& machine, const Config& config) {
  if (!machine.fsync) {
    return {Kind::bad, "data directory: " + config.data_directory + " cannot be written: " + machine.fsync_error};
  }
  const auto per_second = 1'000'000 / std::max<std::int64_t>(1, machine.fsync->count());
  std::string text = "disk: fsync takes " + seconds(*machine.fsync) + " in " + config.data_directory + ", so about " +
                     to_string(per_second) + " commits a second, each of up to " +
                     to_string(config.database.group_commit_max) + " writes; a message is acknowledged after one";
  if (*machine.fsync < fsync_slow) return {Kind::good, std::move(text)};
  return {Kind::note, text + ". This is slow: use a local SSD, not a network disk"};
}

Finding certificate(const Machine& machine, const Config& config) {
  if (!machine.tls_error.empty()) return {Kind::bad, "tls: " + machine.tls_error};
  const std::int64_t left = machine.tls_expires_in.value_or(0);
  if (left <= 0) {
    return {Kind::bad, "tls: the certificate in " + config.tls.certificate + " ended " + to_string(-left / day) +
                           " days ago, so clients refuse it; renew it"};
  }
  std::string text = "tls: the certificate in " + config.tls.certificate + " and its key fit, for another " +
                     to_string(left / day) + " days";
  if (left >= days_wanted * day) return {Kind::good, std::move(text)};
  return {Kind::note, text + ". Renew it: the server reads the new files by itself"};
}

} // namespace

Machine look_at_machine(const Config& config) {
  Machine machine;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    machine.descriptors = limit.rlim_cur;
    machine.descriptors_hard = limit.rlim_max;
  }
  machine.somaxconn = read_number("/proc/sys/net/core/somaxconn");
  machine.syn_backlog = read_number("/proc/sys/net/ipv4/tcp_max_syn_backlog");
  machine.cores = std::max(1u, std::thread::hardware_concurrency());
  // The server would make the directory; until then its parent is on the same disk.
  std::error_code error;
  std::filesystem::path directory = std::filesystem::absolute(config.data_directory, error);
  while (!std::filesystem::exists(directory, error) && directory.has_parent_path() &&
         directory != directory.parent_path()) {
    directory = directory.parent_path();
  }
  machine.fsync = measure_fsync(directory.string(), machine.fsync_error);
  const std::filesystem::space_info space = std::filesystem::space(directory, error);
  if (!error) machine.free_bytes = space.available;
  if (config.tls.is_on()) {
    const auto opened =
        wire::net::TlsContext::open({.certificate_file = config.tls.certificate, .key_file = config.tls.key});
    if (opened) {
      machine.tls_expires_in = (*opened)->expires_unix_seconds() - std::time(nullptr);
    } else {
      machine.tls_error = opened.error().text;
    }
  }
  timex state{};
  const int clock = ::adjtimex(&state);
  if (clock >= 0) machine.clock_synchronized = clock != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
  return machine;
}

std::vector<Finding> examine(const Machine& machine, const Config& config) {
  std::vector<Finding> findings;
  findings.push_back(descriptors(machine));
  findings.push_back(queue("somaxconn", "net.core.somaxconn", machine.somaxconn));
  findings.push_back(queue("tcp_max_syn_backlog", "net.ipv4.tcp_max_syn_backlog", machine.syn_backlog));
  findings.push_back(disk(machine, config));
  if (machine.free_bytes) {
    std::string text = "disk: " + to_string(*machine.free_bytes / (1024 * 1024)) + " MiB are free";
    if (*machine.free_bytes >= free_bytes_wanted) {
      findings.push_back({Kind::good, std::move(text)});
    } else {
      findings.push_back({Kind::note, text + "; when none is, sends are answered `unavailable` until there is"});
    }
  }
  if (machine.clock_synchronized && !*machine.clock_synchronized) {
    findings.push_back({Kind::note,
                        "clock: nothing keeps it right (chrony, systemd-timesyncd). A clock that is off by "
                        "more than auth.leeway refuses good tokens"});
  } else if (machine.clock_synchronized) {
    findings.push_back({Kind::good, "clock: it is kept right"});
  }
  if (config.tls.is_on()) findings.push_back(certificate(machine, config));
  const std::size_t threads = config.server.threads == 0 ? machine.cores : config.server.threads;
  std::string loops = "loops: " + to_string(threads) + " on " + to_string(machine.cores) + " cores";
  findings.push_back(threads <= machine.cores
                         ? Finding{Kind::good, std::move(loops)}
                         : Finding{Kind::note, loops + "; more loops than cores only wait for each other"});
  if (!config.auth.has_key() && !config.development) {
    findings.push_back({Kind::bad, "tokens: there is no key to check them with; set MENTARA_JWT_SECRET or auth.keys"});
  }
  if (config.auth.max_lifetime.count() == 0) {
    findings.push_back({Kind::note, "tokens: auth.max_lifetime is not set, so revocations are kept for ever"});
  }
  if (config.cors.origins.empty() && !config.development) {
    findings.push_back({Kind::note, "origins: cors.origins is empty, so no web page may connect"});
  }
  return findings;
}

} // namespace mentara::ops
