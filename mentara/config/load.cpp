#include "mentara/config/load.h"

#include <algorithm>

#include "mentara/config/option.h"
#include "mentara/config/rules.h"
#include "mentara/config/suggestion.h"
#include "mentara/config/toml_file.h"
#include "wire/base/json.h"
#include "wire/base/utf8.h"

namespace mentara {
namespace {

constexpr std::string_view environment_prefix = "MENTARA_";
constexpr std::string_view file_variable = "MENTARA_CONFIG";

RawValue from_text(const std::string& text) {
  RawValue raw{RawValue::Type::text, text};
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    std::size_t first = begin;
    std::size_t last = end;
    while (first < last && text[first] == ' ') ++first;
    while (first < last && text[last - 1] == ' ') --last;
    raw.items.push_back(text.substr(first, last - first));
    begin = end + 1;
  }
  return raw;
}

std::string shown(const Option& option, const RawValue& raw) {
  constexpr std::size_t shown_bytes_max = 80;
  if (option.secret) return "one of " + std::to_string(raw.text.size()) + " bytes";
  if (!wire::is_utf8(raw.text)) return "bytes that are not UTF-8";
  if (raw.text.size() > shown_bytes_max) return "a value of " + std::to_string(raw.text.size()) + " bytes";
  return raw.type <= RawValue::Type::string ? wire::to_json(raw.text) : raw.text;
}

class Loader {
 public:
  Loader() : origins_(options().size(), "default") {
    for (const Option& option : options()) {
      keys_.emplace_back(option.key);
      variables_.push_back(environment_name(option));
    }
  }

  void read_file(const std::string& path) {
    const auto entries = read_toml_file(path);
    if (!entries) return problems_.push_back(entries.error());
    std::vector<TomlEntry> rules;
    for (const TomlEntry& entry : *entries) {
      if (is_rule_entry(entry.key)) {
        rules.push_back(entry);
        continue;
      }
      const auto key = std::find(keys_.begin(), keys_.end(), entry.key);
      if (key == keys_.end()) {
        if (entry.value.type == RawValue::Type::empty_table && is_section(entry.key)) continue;
        problems_.push_back(entry.key_location + ": unknown key '" + entry.key + "'" + suggest(entry.key, keys_));
        continue;
      }
      set(static_cast<std::size_t>(key - keys_.begin()), entry.value, entry.value_location, entry.value_location + ": ",
          entry.key);
    }
    config_.notifications.rules = read_rules(rules, problems_);
  }

  void read_environment(const std::map<std::string, std::string>& environment) {
    for (const auto& [name, text] : environment) {
      if (!name.starts_with(environment_prefix) || name == file_variable) continue;
      const auto variable = std::find(variables_.begin(), variables_.end(), name);
      if (variable == variables_.end()) {
        problems_.push_back("environment: unknown variable '" + name + "'" + suggest(name, variables_));
        continue;
      }
      set(static_cast<std::size_t>(variable - variables_.begin()), from_text(text), name, "environment: ", name);
    }
  }

  void read_flags(const std::map<std::string, std::string>& flags) {
    for (std::size_t i = 0; i < options().size(); ++i) {
      const std::string flag(options()[i].flag);
      const auto given = flags.find(flag);
      if (!flag.empty() && given != flags.end()) set(i, from_text(given->second), flag, "command line: ", flag);
    }
  }

  void default_to_development() {
    config_.development = true;
    std::string& origin = origins_[index_of("cors.origins")];
    if (origin != "default") return;
    origin = "--dev";
    config_.cors.origins = development_origins(config_.server.port);
  }

  // What one option alone cannot know.
  void check_relations() {
    const std::size_t hash_bytes = config_.auth.algorithm == JwtAlgorithm::HS512   ? 64
                                   : config_.auth.algorithm == JwtAlgorithm::HS384 ? 48
                                                                                   : 32;
    if (!config_.auth.secret.empty() && config_.auth.secret.size() < hash_bytes) {
      relate("auth.secret", "auth.algorithm",
             "must be at least " + std::to_string(hash_bytes) +
                 " bytes for this algorithm; make one with: openssl rand -hex 32");
    }
    if (!config_.ice.turn_urls.empty() && config_.ice.turn_secret.empty()) {
      relate("ice.turn_urls", "ice.turn_secret", "need the secret that the TURN servers share");
    }
    if (!config_.push.private_key.empty() && config_.push.subject.empty()) {
      relate("push.private_key", "push.subject", "needs a subject, such as \"mailto:operations@example.com\"");
    }
    if (config_.tls.certificate.empty() != config_.tls.key.empty()) {
      const bool certificate = !config_.tls.certificate.empty();
      relate(certificate ? "tls.certificate" : "tls.key", certificate ? "tls.key" : "tls.certificate",
             "needs the other one of the two");
    }
    if (config_.server.proxy_protocol && config_.server.trusted_proxies.empty()) {
      relate("server.proxy_protocol", "server.trusted_proxies", "needs the addresses of the proxies");
    }
    if (config_.server.port == config_.operations.port) {
      relate("operations.port", "server.port", "must be another port than the one for clients");
    }
  }

  wire::Result<LoadedConfig, ConfigProblems> finish() {
    if (!problems_.empty()) return std::move(problems_);
    return LoadedConfig{std::move(config_), std::move(origins_)};
  }

 private:
  std::size_t index_of(std::string_view key) const {
    return static_cast<std::size_t>(std::find(keys_.begin(), keys_.end(), key) - keys_.begin());
  }

  bool is_section(const std::string& name) const {
    return std::any_of(keys_.begin(), keys_.end(), [&](const std::string& key) { return key.starts_with(name + "."); });
  }

  void set(std::size_t index, const RawValue& raw, const std::string& origin, const std::string& where,
           const std::string& name) {
    const Option& option = options()[index];
    if (option.value.read(config_, raw)) {
      origins_[index] = origin;
    } else {
      problems_.push_back(where + name + " must be " + option.value.allowed + ", not " + shown(option, raw));
    }
  }

  void relate(std::string_view key, std::string_view other, const std::string& rule) {
    problems_.push_back(std::string(key) + " (" + origins_[index_of(key)] + ") " + rule + " (" + std::string(other) +
                        ": " + origins_[index_of(other)] + ")");
  }

  Config config_{};
  std::vector<std::string> origins_;
  std::vector<std::string> keys_{};
  std::vector<std::string> variables_{};
  ConfigProblems problems_{};
};

} // namespace

wire::Result<LoadedConfig, ConfigProblems> load_config(const Sources& sources) {
  Loader loader;
  std::string file = sources.file;
  if (const auto named = sources.environment.find(std::string(file_variable));
      file.empty() && named != sources.environment.end()) {
    file = named->second;
  }
  if (!file.empty()) loader.read_file(file);
  loader.read_environment(sources.environment);
  loader.read_flags(sources.flags);
  if (sources.development) loader.default_to_development();
  loader.check_relations();
  return loader.finish();
}

} // namespace mentara
