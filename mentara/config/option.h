#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mentara/config/config.h"

namespace mentara {

// A value as it was found, before its option has looked at it.
struct RawValue {
  enum class Type {
    text, // of a flag or an environment variable: may stand for any type; a list is separated by commas
    string,
    integer,
    boolean,
    list,
    empty_table,
    other,
  };
  Type type = Type::text;
  std::string text{}; // as written, without quotes
  std::vector<std::string> items{};
};

// How a value is read into its place in Config, and shown.
struct OptionValue {
  std::string allowed; // completes "must be …"
  std::function<bool(Config&, const RawValue&)> read;
  std::function<std::string(const Config&)> to_toml;
};

struct Option {
  std::string_view key;  // "server.port": `port` in the table [server] of the TOML file
  std::string_view help; // one sentence
  OptionValue value;
  std::string_view flag = {};        // "--port"; empty: none
  std::string_view environment = {}; // empty: as environment_name() derives it from the key
  bool secret = false;               // never shown, not even when it is refused
};

// The one description of everything that can be configured: the file, the environment, the flags, their help, `config
// print` and every message about a bad value come from it. Sections stand together, keys without a section first.
const std::vector<Option>& options();

std::string environment_name(const Option& option); // "MENTARA_SERVER_PORT"

// What browsers call their origin when a page is developed on this machine: what --dev allows.
std::vector<std::string> development_origins(std::uint16_t own_port);

} // namespace mentara
