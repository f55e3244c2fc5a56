#include "wire/base/log.h"

#include <atomic>
#include <cstdio>

#include "wire/base/log_scope.h"

namespace wire {
namespace {

constexpr std::size_t value_bytes_max = 256; // a hostile value must not fill the disk

// Control characters would let a value forge a line (threats S2).
void append_printable(std::string& out, std::string_view text) {
  for (char c : text.substr(0, value_bytes_max)) {
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  if (text.size() > value_bytes_max) out += "...";
}

void append_value(std::string& out, const LogField& field) {
  std::visit(
      [&](const auto& value) {
        using T = std::remove_cvref_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::string_view>) {
          append_printable(out, value);
        } else if constexpr (std::is_same_v<T, bool>) {
          out += value ? "true" : "false";
        } else {
          out += std::to_string(value);
        }
      },
      field.value);
}

void write_to_stderr(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  constexpr std::string_view names[] = {"trace", "debug", "info", "warn", "error"};
  std::string line;
  line.append(names[static_cast<std::size_t>(level)]).append(" ");
  append_printable(line, message);
  for (const LogField& field : fields) {
    line.append(" ").append(field.key).append("=");
    append_value(line, field);
  }
  if (LogScope::connection() != 0) line.append(" connection=").append(LogScope::name_of(LogScope::connection()));
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

std::atomic<LogSink> current_sink{&write_to_stderr};
std::atomic<LogLevel> current_level{LogLevel::info};

} // namespace

void set_log_sink(LogSink sink) { current_sink = sink ? sink : &write_to_stderr; }
void set_log_level(LogLevel level) { current_level = level; }
bool log_enabled(LogLevel level) { return level >= current_level.load(std::memory_order_relaxed); }

void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (log_enabled(level)) current_sink.load()(level, message, fields);
}

} // namespace wire
