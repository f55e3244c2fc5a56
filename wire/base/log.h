#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace wire {

enum class LogLevel { trace, debug, info, warn, error };

// One named value of a log line. Views are read during the call only. Never a token, a cookie or a message's text.
struct LogField {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool> value;

  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, bool v) : key(k), value(v) {}
  LogField(std::string_view k, double v) : key(k), value(v) {}
  template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) LogField(std::string_view k, T v) : key(k) {
    if constexpr (std::is_signed_v<T>) {
      value = static_cast<std::int64_t>(v);
    } else {
      value = static_cast<std::uint64_t>(v);
    }
  }
};

// Where log lines go; any thread may call it. The default writes readable text to stderr.
using LogSink = void (*)(LogLevel level, std::string_view message, std::initializer_list<LogField> fields);

void set_log_sink(LogSink sink);
void set_log_level(LogLevel level);
bool log_enabled(LogLevel level);

// `message` is a constant text that can be searched for; what varies goes into fields.
void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

} // namespace wire
