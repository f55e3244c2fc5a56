#include "mentara/storage/postgres_text.h"

namespace mentara::storage::postgres {
namespace {

constexpr std::string_view escape = "\xEF\xBF\xBE"; // U+FFFE

} // namespace

std::string numbered_with_dollars(std::string_view sql) {
  std::string out(sql);
  bool quoted = false;
  for (std::size_t i = 0; i + 1 < out.size(); ++i) {
    if (out[i] == '\'') quoted = !quoted;
    if (!quoted && out[i] == '?' && out[i + 1] >= '1' && out[i + 1] <= '9') out[i] = '$';
  }
  return out;
}

bool needs_escape(std::string_view text) { return text.find('\0') != text.npos || is_escaped(text); }

std::string escape_text(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '\0') {
      out.append(escape).append("0");
      ++i;
    } else if (text.substr(i).starts_with(escape)) {
      out.append(escape).append("1");
      i += escape.size();
    } else {
      out += text[i++];
    }
  }
  return out;
}

bool is_escaped(std::string_view text) { return text.find(escape) != text.npos; }

std::string unescape_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    if (text.substr(i).starts_with(escape)) {
      i += escape.size();
      const bool is_nul = i < text.size() && text[i] == '0';
      is_nul ? out += '\0' : out += escape;
      ++i;
    } else {
      out += text[i++];
    }
  }
  return out;
}

} // namespace mentara::storage::postgres
