#include <cstdio>
#include <exception>
#include <variant>

#include "bench/load/options.h"
#include "bench/load/report.h"
#include "bench/load/runner.h"

int main(int argc, char** argv) {
  const auto parsed = load::parse_options(argc, argv);
  if (const int* exit_code = std::get_if<int>(&parsed)) return *exit_code;
  const auto& options = std::get<load::Options>(parsed);
  try {
    const load::Report report = load::run(options);
    std::puts((options.json ? to_json(options, report) : to_text(options, report)).c_str());
    if (report.failures == 0) return 0;
    std::fprintf(stderr, "mentara_load: %llu operations failed, the first with %s\n",
                 static_cast<unsigned long long>(report.failures), report.first_failure.c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mentara_load: %s\n", error.what());
  }
  return 1;
}
