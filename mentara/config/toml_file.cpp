#include "mentara/config/toml_file.h"

#include <toml++/toml.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <sstream>

namespace mentara {
namespace {

std::string location(const std::string& name, const toml::source_position& at) {
  return name + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

std::string as_written(const toml::node& node) {
  std::ostringstream out;
  node.visit([&](const auto& value) { out << value; });
  return out.str();
}

RawValue to_raw_value(const toml::node& node) {
  if (const auto* text = node.as_string()) return {RawValue::Type::string, text->get()};
  if (node.is_integer()) return {RawValue::Type::integer, as_written(node)};
  if (const auto* boolean = node.as_boolean()) return {RawValue::Type::boolean, boolean->get() ? "true" : "false"};
  if (node.is_table()) return {RawValue::Type::empty_table, "{}"};
  RawValue value{RawValue::Type::other, as_written(node)};
  if (const auto* array = node.as_array();
      array && (array->empty() || array->is_homogeneous(toml::node_type::string))) {
    value.type = RawValue::Type::list;
    for (const toml::node& item : *array) value.items.push_back(item.as_string()->get());
  }
  return value;
}

void collect(const toml::table& table, const std::string& prefix, const std::string& name,
             std::vector<TomlEntry>& entries) {
  for (const auto& [key, node] : table) {
    const std::string full_key = prefix + std::string(key.str());
    const toml::table* inner = node.as_table();
    const toml::array* tables = node.as_array();
    if (tables && !tables->empty() && tables->is_homogeneous(toml::node_type::table)) { // [[key]]
      for (std::size_t i = 0; i < tables->size(); ++i) {
        const toml::table& table_of_many = *(*tables)[i].as_table();
        const std::string numbered = full_key + "[" + std::to_string(i) + "]";
        collect(table_of_many, numbered + ".", name, entries);
        if (table_of_many.empty()) {
          const std::string place = location(name, table_of_many.source().begin);
          entries.push_back({numbered, place, place, {RawValue::Type::empty_table, "{}"}});
        }
      }
      continue;
    }
    if (inner && !inner->empty()) {
      collect(*inner, full_key + ".", name, entries);
    } else {
      entries.push_back(
          {full_key, location(name, key.source().begin), location(name, node.source().begin), to_raw_value(node)});
    }
  }
}

} // namespace

wire::Result<std::vector<TomlEntry>, std::string> parse_toml(std::string_view text, const std::string& name) {
  try {
    std::vector<TomlEntry> entries;
    collect(toml::parse(text), "", name, entries);
    return entries;
  } catch (const toml::parse_error& error) {
    return location(name, error.source().begin) + ": " + std::string(error.description());
  }
}

wire::Result<std::vector<TomlEntry>, std::string> read_toml_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (!file) return path + ": cannot be read: " + std::strerror(errno);
  std::string text(limits::config_file_bytes_max + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get())) return path + ": cannot be read: " + std::strerror(errno);
  if (text.size() > limits::config_file_bytes_max) return path + ": is too large for a config file";
  return parse_toml(text, path);
}

} // namespace mentara
