#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/history.h"
#include "tests/simulation/simulation.h"
#include "wire/base/log.h"

namespace {

using mentara::simulation::Options;
using mentara::simulation::Outcome;

struct Arguments {
  std::uint64_t first = 1, count = 1;
  unsigned jobs = 1;
  Options options;
};

constexpr const char* usage =
    "usage: simulation [--seed N] [--seeds COUNT] [--jobs N] [--verbose] [--without-faults]\n"
    "  --seed N           the first seed, or the only one (1)\n"
    "  --seeds COUNT      so many seeds from there on (1)\n"
    "  --jobs N           processes that share them (1)\n"
    "  --verbose          all that happens, line by line\n"
    "  --without-faults   only what users do\n";

bool parse(int count, char** texts, Arguments& arguments) {
  for (int i = 1; i < count; ++i) {
    const std::string_view name = texts[i];
    const auto number = [&](std::uint64_t& into) {
      if (++i >= count) return false;
      char* end = nullptr;
      into = std::strtoull(texts[i], &end, 10);
      return *end == '\0' && end != texts[i];
    };
    std::uint64_t jobs = arguments.jobs;
    if (name == "--verbose") {
      arguments.options.verbose = true;
    } else if (name == "--without-faults") {
      arguments.options.faults = false;
    } else if (name == "--seed") {
      if (!number(arguments.first)) return false;
    } else if (name == "--seeds") {
      if (!number(arguments.count)) return false;
    } else if (name == "--jobs") {
      if (!number(jobs) || jobs < 1 || jobs > 256) return false;
      arguments.jobs = static_cast<unsigned>(jobs);
    } else {
      return false;
    }
  }
  return true;
}

// One seed after the other, of every `jobs`th. False: a promise was broken.
bool run(const Arguments& arguments, unsigned job) {
  bool all_kept = true;
  auto told = std::chrono::steady_clock::now();
  for (std::uint64_t i = job; i < arguments.count; i += arguments.jobs) {
    Options options = arguments.options;
    options.seed = arguments.first + i;
    const Outcome outcome = mentara::simulation::simulate(options);
    if (arguments.count == 1) {
      std::printf("seed %llu: %llu lines of history, digest %016llx, %zu rows in the log\n",
                  static_cast<unsigned long long>(options.seed), static_cast<unsigned long long>(outcome.lines),
                  static_cast<unsigned long long>(outcome.digest), outcome.rows);
    }
    if (!outcome.broken.empty()) {
      all_kept = false;
      std::printf("seed %llu breaks %zu promises. Again: simulation --seed %llu --verbose%s\n",
                  static_cast<unsigned long long>(options.seed), outcome.broken.size(),
                  static_cast<unsigned long long>(options.seed), options.faults ? "" : " --without-faults");
      for (std::size_t n = 0; n < outcome.broken.size() && n < 8; ++n) std::printf("  %s\n", outcome.broken[n].c_str());
    }
    if (job == 0 && std::chrono::steady_clock::now() - told > std::chrono::seconds(5)) {
      told = std::chrono::steady_clock::now();
      std::printf("%llu of %llu seeds\n", static_cast<unsigned long long>(i + 1),
                  static_cast<unsigned long long>(arguments.count));
    }
    std::fflush(stdout);
  }
  return all_kept;
}

void print_log(wire::LogLevel, std::string_view message, std::initializer_list<wire::LogField> fields) {
  std::printf("           log of %s: %.*s",
              mentara::simulation::whose_turn ? mentara::simulation::whose_turn : "a node",
              static_cast<int>(message.size()), message.data());
  for (const wire::LogField& field : fields) {
    const auto* const text = std::get_if<std::string_view>(&field.value);
    if (text)
      std::printf(" %.*s=%.*s", static_cast<int>(field.key.size()), field.key.data(), static_cast<int>(text->size()),
                  text->data());
  }
  std::putchar('\n');
}
void log_nothing(wire::LogLevel, std::string_view, std::initializer_list<wire::LogField>) {}

} // namespace

int main(int count, char** texts) {
  Arguments arguments;
  if (!parse(count, texts, arguments)) {
    std::fputs(usage, stderr);
    return 2;
  }
  // What the nodes say of simulated faults is for whoever reads along.
  wire::set_log_sink(arguments.options.verbose ? print_log : log_nothing);
  bool all_kept = arguments.jobs > 1 || run(arguments, 0); // one job needs no process of its own
  std::vector<pid_t> children;
  for (unsigned job = 0; arguments.jobs > 1 && job < arguments.jobs; ++job) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(run(arguments, job) ? 0 : 1);
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    all_kept = ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0 && all_kept;
  }
  std::printf("%llu seeds: %s\n", static_cast<unsigned long long>(arguments.count),
              all_kept ? "all promises were kept" : "promises were broken");
  return all_kept ? 0 : 1;
}
