#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mentara/config/option.h"
#include "wire/base/result.h"

namespace mentara {

// One `key = value` of a TOML file, or an empty table.
struct TomlEntry {
  std::string key;            // with its tables: "server.port"
  std::string key_location;   // "config.toml:12:1"
  std::string value_location; // "config.toml:12:8"
  RawValue value;
};

// `name` stands in the locations. The error is one line with its location.
wire::Result<std::vector<TomlEntry>, std::string> parse_toml(std::string_view text, const std::string& name);
wire::Result<std::vector<TomlEntry>, std::string> read_toml_file(const std::string& path);

} // namespace mentara
