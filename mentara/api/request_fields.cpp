#include "mentara/api/request_fields.h"

#include <algorithm>

#include "wire/base/utf8.h"
#include "wire/http/query.h"

namespace mentara::api {
namespace {

// The fields of the contract that are no texts, among those that a query can hold.
constexpr std::string_view number_fields[] = {"limit", "beforeSeq", "afterSeq", "aroundSeq"};
constexpr std::string_view flag_fields[] = {"unreadOnly"};
constexpr std::string_view list_fields[] = {"userIds"}; // joined by commas, or named again and again

template <std::size_t n>
bool contains(const std::string_view (&names)[n], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// Anything else stays a text, and is refused with the name of its field.
bool is_plain(std::string_view name, std::string_view value) {
  if (contains(flag_fields, name)) return value == "true" || value == "false";
  return contains(number_fields, name) && !value.empty() && value.size() <= 16 &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         (value.size() == 1 || value.front() != '0');
}

std::vector<std::string> items_of(const wire::http::Query& query, std::string_view list) {
  std::vector<std::string> items;
  for (const auto& [name, value] : query.pairs()) {
    if (name != list) continue;
    for (std::size_t begin = 0; begin <= value.size();) {
      const std::size_t end = std::min(value.find(',', begin), value.size());
      if (end > begin) items.emplace_back(value.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return items;
}

// Writes each name once.
class Fields {
 public:
  explicit Fields(std::string& out) : object_(out) {}
  template <class T>
  void add(std::string_view name, const T& value) {
    if (std::find(names_.begin(), names_.end(), name) != names_.end()) return;
    names_.emplace_back(name);
    object_.member(name, value);
  }
  void end() { object_.end(); }

 private:
  wire::JsonObjectWriter object_;
  std::vector<std::string> names_;
};

} // namespace

wire::Result<std::string, Failure> join_fields(const PathFields& path, std::string_view query, std::string_view body,
                                               wire::JsonParser& parser) {
  std::string out;
  Fields fields(out);
  for (const auto& [name, value] : path) {
    if (!wire::is_utf8(value)) return invalid(std::string(name), std::string(name) += " must be UTF-8");
    fields.add(name, value);
  }
  const wire::http::Query pairs(query); // replaces what is not UTF-8
  for (const auto& [name, value] : pairs.pairs()) {
    if (contains(list_fields, name)) {
      fields.add(name, wire::RawJson{wire::to_json(items_of(pairs, name))});
    } else if (is_plain(name, value)) {
      fields.add(name, wire::RawJson{value});
    } else {
      fields.add(name, value);
    }
  }
  if (!body.empty()) {
    const auto parsed = parser.parse(body);
    if (!parsed || !parsed->is_object()) return invalid({}, "The body must be a JSON object.");
    parsed->for_each_member([&](std::string_view name, wire::JsonView value) { fields.add(name, value); });
  }
  fields.end();
  return out;
}

} // namespace mentara::api
