#include "mentara/ops/figures.h"

#include <algorithm>
#include <charconv>

#include "wire/base/json.h"

namespace mentara::ops {
namespace {

void append_number(std::string& out, double value) {
  char digits[32];
  // As a whole number where it is one: to_chars would write 1e+06.
  const auto whole = static_cast<long long>(value);
  const auto end = static_cast<double>(whole) == value ? std::to_chars(digits, digits + sizeof digits, whole).ptr
                                                       : std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

void append_label_value(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
}

} // namespace

void Figures::add(std::string_view name, Family::Kind kind, std::string_view help, double value, Labels labels) {
  auto family = std::find_if(families_.begin(), families_.end(), [&](const Family& one) { return one.name == name; });
  if (family == families_.end()) family = families_.insert(families_.end(), Family{name, kind, help, {}});
  for (Figure& figure : family->figures) {
    if (figure.labels != labels) continue;
    figure.value += value;
    return;
  }
  family->figures.push_back({std::move(labels), value});
}

void Figures::add(const Figures& other) {
  for (const Family& family : other.families_) {
    for (const Figure& figure : family.figures) add(family.name, family.kind, family.help, figure.value, figure.labels);
  }
}

std::string to_prometheus(const Figures& figures) {
  std::string out;
  for (const Family& family : figures.families()) {
    out.append("# HELP ").append(family.name).append(" ").append(family.help).append("\n# TYPE ").append(family.name);
    out += family.kind == Family::Kind::counter ? " counter\n" : " gauge\n";
    for (const Figure& figure : family.figures) {
      out += family.name;
      char separator = '{';
      for (const auto& [name, value] : figure.labels) {
        out += std::exchange(separator, ',');
        out.append(name).append("=\"");
        append_label_value(out, value);
        out += '"';
      }
      if (!figure.labels.empty()) out += '}';
      out += ' ';
      append_number(out, figure.value);
      out += '\n';
    }
  }
  return out;
}

std::string to_json(const Figures& figures) {
  std::string out;
  wire::JsonObjectWriter families(out);
  for (const Family& family : figures.families()) {
    std::string list = "[";
    for (const Figure& figure : family.figures) {
      if (list.size() > 1) list += ',';
      std::string labels;
      wire::JsonObjectWriter writer(labels);
      for (const auto& [name, value] : figure.labels) writer.member(name, value);
      writer.end();
      list.append("{\"labels\":").append(labels).append(",\"value\":");
      append_number(list, figure.value);
      list += '}';
    }
    list += ']';
    families.member(family.name, wire::RawJson{list});
  }
  families.end();
  return out;
}

} // namespace mentara::ops
