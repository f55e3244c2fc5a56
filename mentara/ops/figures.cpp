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

Family& Figures::family(std::string_view name, Family::Kind kind, std::string_view help) {
  const auto found =
      std::find_if(families_.begin(), families_.end(), [&](const Family& one) { return one.name == name; });
  return found == families_.end() ? families_.emplace_back(Family{name, kind, help, {}}) : *found;
}

void Figures::add(Family& family, Figure figure) {
  for (Figure& known : family.figures) {
    if (known.labels != figure.labels) continue;
    known.value += figure.value;
    for (std::size_t i = 0; i < known.buckets.size(); ++i) known.buckets[i] += figure.buckets[i];
    return;
  }
  family.figures.push_back(std::move(figure));
}

void Figures::add(std::string_view name, Family::Kind kind, std::string_view help, double value, Labels labels) {
  add(family(name, kind, help), {std::move(labels), value});
}

void Figures::histogram(std::string_view name, std::string_view help, double sum, Buckets buckets, Labels labels) {
  Family& into = family(name, Family::Kind::histogram, help);
  into.bounds = buckets.bounds;
  add(into, {std::move(labels), sum, std::move(buckets.counts)});
}

void Figures::add(const Figures& other) {
  for (const Family& one : other.families_) {
    Family& into = family(one.name, one.kind, one.help);
    into.bounds = one.bounds;
    for (const Figure& figure : one.figures) add(into, figure);
  }
}

namespace {

void append_sample(std::string& out, std::string_view name, const Labels& labels, double value) {
  out += name;
  char separator = '{';
  for (const auto& [label, text] : labels) {
    out += std::exchange(separator, ',');
    out.append(label).append("=\"");
    append_label_value(out, text);
    out += '"';
  }
  if (!labels.empty()) out += '}';
  out += ' ';
  append_number(out, value);
  out += '\n';
}

// Calls f("0.005", how many were at most so large), and at last f("+Inf", all of them). Answers the latter.
template <class F>
double for_each_bucket(const Family& family, const Figure& figure, F f) {
  double count = 0;
  for (std::size_t i = 0; i < figure.buckets.size(); ++i) {
    count += figure.buckets[i];
    std::string bound = "+Inf";
    if (i < family.bounds.size()) append_number(bound = {}, family.bounds[i]);
    f(std::move(bound), count);
  }
  return count;
}

void append_histogram(std::string& out, const Family& family, const Figure& figure) {
  const std::string name(family.name);
  const double count = for_each_bucket(family, figure, [&](std::string bound, double below) {
    Labels labels = figure.labels;
    labels.emplace_back("le", std::move(bound));
    append_sample(out, name + "_bucket", labels, below);
  });
  append_sample(out, name + "_sum", figure.labels, figure.value);
  append_sample(out, name + "_count", figure.labels, count);
}

std::string_view to_string(Family::Kind kind) {
  switch (kind) {
    case Family::Kind::counter:
      return "counter";
    case Family::Kind::histogram:
      return "histogram";
    case Family::Kind::gauge:
      break;
  }
  return "gauge";
}

// The members beside the labels.
void append_json_value(wire::JsonObjectWriter& writer, const Family& family, const Figure& figure) {
  const auto as_number = [](double value) {
    std::string text;
    append_number(text, value);
    return text;
  };
  if (family.kind != Family::Kind::histogram) {
    writer.member("value", wire::RawJson{as_number(figure.value)});
    return;
  }
  std::string buckets = "[";
  const double count = for_each_bucket(family, figure, [&](const std::string& bound, double below) {
    if (buckets.size() > 1) buckets += ',';
    wire::JsonObjectWriter(buckets).member("le", bound).member("count", wire::RawJson{as_number(below)}).end();
  });
  buckets += ']';
  writer.member("sum", wire::RawJson{as_number(figure.value)});
  writer.member("count", wire::RawJson{as_number(count)});
  writer.member("buckets", wire::RawJson{buckets});
}

} // namespace

std::string to_prometheus(const Figures& figures) {
  std::string out;
  for (const Family& family : figures.families()) {
    out.append("# HELP ").append(family.name).append(" ").append(family.help).append("\n# TYPE ").append(family.name);
    out.append(" ").append(to_string(family.kind)).append("\n");
    for (const Figure& figure : family.figures) {
      family.kind == Family::Kind::histogram ? append_histogram(out, family, figure)
                                             : append_sample(out, family.name, figure.labels, figure.value);
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
      wire::JsonObjectWriter one(list);
      one.member("labels", wire::RawJson{labels});
      append_json_value(one, family, figure);
      one.end();
    }
    list += ']';
    families.member(family.name, wire::RawJson{list});
  }
  families.end();
  return out;
}

} // namespace mentara::ops
