#include "wire/http/forwarded.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace wire::http {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Takes the part behind the last separator off `text`, and the separator. Quotes hide separators when `quoting`; they
// are read from the end, so that one that a client left open cannot hide what a proxy appended behind it.
std::string_view take_last(std::string_view& text, char separator, bool quoting) {
  bool quoted = false;
  for (std::size_t at = text.size(); at-- > 0;) {
    if (quoting && text[at] == '"') {
      const std::size_t before = text.substr(0, at).find_last_not_of('\\'); // npos + 1 is 0
      const bool escaped = (at - (before + 1)) % 2 == 1;
      if (!escaped) quoted = !quoted;
    } else if (!quoted && text[at] == separator) {
      const std::string_view part = text.substr(at + 1);
      text = text.substr(0, at);
      return trimmed(part);
    }
  }
  return trimmed(std::exchange(text, std::string_view()));
}

bool is_for(std::string_view name) {
  return name.size() == 3 && (name[0] | 0x20) == 'f' && (name[1] | 0x20) == 'o' && (name[2] | 0x20) == 'r';
}

// The node of `for=…`; empty: it has none, or two.
std::string_view node_of(std::string_view element) {
  std::string_view node;
  int found = 0;
  while (!element.empty()) {
    const std::string_view pair = take_last(element, ';', true);
    const std::size_t equals = pair.find('=');
    if (equals == pair.npos || !is_for(pair.substr(0, equals))) continue;
    node = pair.substr(equals + 1);
    ++found;
  }
  if (found != 1) return {};
  if (node.size() >= 2 && node.front() == '"' && node.back() == '"') node = node.substr(1, node.size() - 2);
  return node;
}

// "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:4711"
std::optional<Address> parse_node(std::string_view node) {
  if (node.starts_with('[')) {
    const std::size_t end = node.find(']');
    if (end == node.npos || (end + 1 < node.size() && node[end + 1] != ':')) return std::nullopt;
    return Address::parse(node.substr(1, end - 1));
  }
  if (std::count(node.begin(), node.end(), ':') == 1) node = node.substr(0, node.find(':'));
  return Address::parse(node);
}

} // namespace

std::optional<Address> forwarded_client(const std::vector<Header>& headers, ForwardedHeader which,
                                        const AddressRanges& trusted) {
  const bool standard = which == ForwardedHeader::forwarded;
  std::optional<Address> client;
  for (auto header = headers.rbegin(); header != headers.rend(); ++header) {
    if (header->name != (standard ? std::string_view("forwarded") : "x-forwarded-for")) continue;
    std::string_view rest = header->value;
    do {
      const std::string_view element = take_last(rest, ',', standard);
      const auto address = parse_node(standard ? node_of(element) : element);
      if (!address) return client; // "unknown", or made up: the proxy in front of it is all that is known
      client = address;
      if (!trusted.contains(*address)) return client;
    } while (!rest.empty());
  }
  return client;
}

} // namespace wire::http
