#include "mentara/ops/logging.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

#include "mentara/ops/log_line.h"

namespace mentara::ops {
namespace {

std::unique_ptr<spdlog::logger> logger; // replaced by start_logging alone

spdlog::level::level_enum to_spdlog(wire::LogLevel level) {
  switch (level) {
    case wire::LogLevel::trace:
      return spdlog::level::trace;
    case wire::LogLevel::debug:
      return spdlog::level::debug;
    case wire::LogLevel::info:
      return spdlog::level::info;
    case wire::LogLevel::warn:
      return spdlog::level::warn;
    case wire::LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

// %* in a pattern: the level, by the name that the configuration gives it (spdlog says "warning").
class LevelName final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& line, const std::tm&, spdlog::memory_buf_t& out) override {
    const spdlog::string_view_t name =
        line.level == spdlog::level::warn ? "warn" : spdlog::level::to_string_view(line.level);
    out.append(name.data(), name.data() + name.size());
  }
  std::unique_ptr<spdlog::custom_flag_formatter> clone() const override { return std::make_unique<LevelName>(); }
};

// The lines are given as arguments, never as formats, so braces in them mean nothing.
void write_text(wire::LogLevel level, std::string_view message, std::initializer_list<wire::LogField> fields) {
  logger->log(to_spdlog(level), spdlog::string_view_t(to_text_line(message, fields)));
}
void write_json(wire::LogLevel level, std::string_view message, std::initializer_list<wire::LogField> fields) {
  logger->log(to_spdlog(level), spdlog::string_view_t(to_json_members(message, fields)));
}

} // namespace

void start_logging(const LogConfig& config) {
  const bool json = config.format == LogFormat::json;
  spdlog::sink_ptr sink;
  if (json) {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  } else {
    sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  }
  // The sink that runs must not lose its logger: back to the built-in one while it is exchanged.
  wire::set_log_sink(nullptr);
  logger = std::make_unique<spdlog::logger>("mentara", std::move(sink));
  logger->set_level(spdlog::level::trace); // wire::log has decided
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<LevelName>('*').set_pattern(json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%*",%v)"
                                                       : "%Y-%m-%dT%H:%M:%S.%eZ %^%*%$ %v");
  logger->set_formatter(std::move(formatter));
  wire::set_log_sink(json ? &write_json : &write_text);
  wire::set_log_level(config.level);
}

} // namespace mentara::ops
