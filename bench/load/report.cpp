#include "bench/load/report.h"

#include <array>
#include <cstdarg>
#include <cstdio>

#include "wire/base/json.h"

namespace load {
namespace {

struct Percentile {
  const char* text;
  const char* key;
  double percent;
};
constexpr std::array percentiles = {Percentile{"p50", "p50", 50}, Percentile{"p90", "p90", 90},
                                    Percentile{"p99", "p99", 99}, Percentile{"p99.9", "p999", 99.9},
                                    Percentile{"max", "max", 100}};

[[gnu::format(printf, 2, 3)]] void append_format(std::string& out, const char* format, ...) {
  std::array<char, 512> line;
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(line.data(), line.size(), format, arguments);
  va_end(arguments);
  out += line.data();
}

double microseconds(std::uint64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e3; }
double kilobytes(double bytes) { return bytes / 1024; }

double per_operation_us(double cpu_s, const Report& report) {
  return report.operations == 0 ? 0 : cpu_s * 1e6 / static_cast<double>(report.operations);
}

double operations_per_second(const Report& report) { return static_cast<double>(report.operations) / report.seconds; }

void append_cpu(std::string& out, const char* whose, double cpu_s, const Report& report) {
  append_format(out, "  %-15s", whose);
  if (report.operations > 0) append_format(out, "%.2f µs per operation, ", per_operation_us(cpu_s, report));
  append_format(out, "%.2f of a core\n", cpu_s / report.seconds);
}

} // namespace

double memory_per_connection(std::uint64_t before, std::uint64_t after, std::size_t connections) {
  return (static_cast<double>(after) - static_cast<double>(before)) / static_cast<double>(connections);
}

std::string to_text(const Options& options, const Report& report) {
  std::string out;
  append_format(out, "%s:", std::string(to_string(options.kind)).c_str());
  if (options.kind != Kind::connect) append_format(out, " %zu connections,", options.connections);
  if (options.kind != Kind::idle) append_format(out, " %zu in flight,", options.in_flight);
  append_format(out, " namespace %s\n", options.nsp.c_str());
  if (options.kind != Kind::idle) {
    append_format(out, "  %-15s%llu in %.2f s, %.0f per second\n", "operations",
                  static_cast<unsigned long long>(report.operations), report.seconds, operations_per_second(report));
    append_format(out, "  %-15s", "latency, µs");
    for (const auto& [text, key, percent] : percentiles) {
      append_format(out, "%s %.0f  ", text, microseconds(report.latency_ns.percentile(percent)));
    }
    out += '\n';
  }
  if (report.server_cpu_s) append_cpu(out, "server CPU", *report.server_cpu_s, report);
  append_cpu(out, "generator CPU", report.generator_cpu_s, report);
  if (report.memory_opened) {
    const Memory &before = *report.memory_before, &after = *report.memory_opened;
    append_format(out, "  %-15s%.2f KB RSS, %.2f KB PSS per connection (RSS %.0f KB before, %.0f KB after)\n",
                  "server memory",
                  kilobytes(memory_per_connection(before.rss_bytes, after.rss_bytes, report.connections_held)),
                  kilobytes(memory_per_connection(before.pss_bytes, after.pss_bytes, report.connections_held)),
                  kilobytes(static_cast<double>(before.rss_bytes)), kilobytes(static_cast<double>(after.rss_bytes)));
  }
  if (report.events > 0) {
    append_format(out, "  %-15s%llu beside the operations\n", "events", static_cast<unsigned long long>(report.events));
  }
  if (report.failures > 0) {
    append_format(out, "  %-15s%llu, the first: %.200s\n", "FAILED", static_cast<unsigned long long>(report.failures),
                  report.first_failure.c_str());
  }
  return out;
}

std::string to_json(const Options& options, const Report& report) {
  std::string latency;
  wire::JsonObjectWriter latency_writer{latency};
  for (const auto& [text, key, percent] : percentiles) {
    latency_writer.member(key, microseconds(report.latency_ns.percentile(percent)));
  }
  latency_writer.end();

  std::string out;
  wire::JsonObjectWriter writer{out};
  writer.member("mode", to_string(options.kind))
      .member("namespace", options.nsp)
      .member("connections", options.connections)
      .member("inFlight", options.in_flight)
      .member("payloadBytes", options.payload_bytes)
      .member("seconds", report.seconds)
      .member("operations", report.operations)
      .member("operationsPerSecond", operations_per_second(report))
      .member("failures", report.failures)
      .member("events", report.events)
      .member("latencyUs", wire::RawJson{latency})
      .member("generatorCpuUsPerOperation", per_operation_us(report.generator_cpu_s, report))
      .member("generatorCores", report.generator_cpu_s / report.seconds);
  if (report.server_cpu_s) {
    writer.member("serverCpuUsPerOperation", per_operation_us(*report.server_cpu_s, report))
        .member("serverCores", *report.server_cpu_s / report.seconds);
  }
  if (report.memory_opened) {
    const Memory &before = *report.memory_before, &after = *report.memory_opened;
    writer.member("rssBytesBefore", before.rss_bytes)
        .member("rssBytesAfter", after.rss_bytes)
        .member("rssBytesPerConnection",
                memory_per_connection(before.rss_bytes, after.rss_bytes, report.connections_held))
        .member("pssBytesPerConnection",
                memory_per_connection(before.pss_bytes, after.pss_bytes, report.connections_held));
  }
  writer.end();
  return out;
}

} // namespace load
