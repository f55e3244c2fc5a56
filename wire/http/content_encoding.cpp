#include "wire/http/content_encoding.h"

#include <algorithm>

#include <zlib.h>

#include "wire/base/check.h"

namespace wire::http {
namespace {

constexpr int window_bits = 15;
constexpr int gzip_wrapper = 16; // added to the window bits: RFC 1952 instead of RFC 1950
constexpr int memory_level = 8;

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool equals_ignoring_case(std::string_view text, std::string_view lower_case) {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

// "0.5" as 500. What is no weight counts as 0: better no compression than one that was not asked for.
int thousandths(std::string_view weight) {
  if (weight.empty() || weight.size() > 5 || (weight[0] != '0' && weight[0] != '1')) return 0;
  if (weight.size() > 1 && weight[1] != '.') return 0;
  int value = (weight[0] - '0') * 1000;
  int digit_worth = 100;
  for (const char c : weight.substr(std::min<std::size_t>(weight.size(), 2))) {
    if (c < '0' || c > '9') return 0;
    value += (c - '0') * digit_worth;
    digit_worth /= 10;
  }
  return std::min(value, 1000);
}

struct Preference {
  std::string_view coding;
  int weight = 1000;
};

// "gzip;q=0.5"
Preference parse_preference(std::string_view text) {
  const std::size_t semicolon = text.find(';');
  Preference preference{trim(text.substr(0, semicolon))};
  if (semicolon == std::string_view::npos) return preference;
  const std::string_view parameter = trim(text.substr(semicolon + 1));
  const bool is_weight = parameter.size() > 2 && equals_ignoring_case(parameter.substr(0, 2), "q=");
  preference.weight = is_weight ? thousandths(parameter.substr(2)) : 0;
  return preference;
}

} // namespace

std::string_view to_string(ContentEncoding encoding) { return encoding == ContentEncoding::gzip ? "gzip" : "deflate"; }

std::optional<ContentEncoding> negotiate_encoding(std::string_view accept_encoding) {
  std::optional<int> gzip, deflate;
  int others = 0; // "*"
  while (!accept_encoding.empty()) {
    const std::size_t end = std::min(accept_encoding.find(','), accept_encoding.size());
    const Preference preference = parse_preference(accept_encoding.substr(0, end));
    accept_encoding.remove_prefix(std::min(end + 1, accept_encoding.size()));
    if (equals_ignoring_case(preference.coding, "gzip") || equals_ignoring_case(preference.coding, "x-gzip")) {
      gzip = preference.weight;
    } else if (equals_ignoring_case(preference.coding, "deflate")) {
      deflate = preference.weight;
    } else if (preference.coding == "*") {
      others = preference.weight;
    }
  }
  const int gzip_weight = gzip.value_or(others), deflate_weight = deflate.value_or(others);
  if (gzip_weight == 0 && deflate_weight == 0) return std::nullopt;
  return gzip_weight >= deflate_weight ? ContentEncoding::gzip : ContentEncoding::deflate;
}

std::string compress(ContentEncoding encoding, std::string_view bytes) {
  z_stream stream{};
  const int bits = encoding == ContentEncoding::gzip ? window_bits + gzip_wrapper : window_bits;
  check(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, bits, memory_level, Z_DEFAULT_STRATEGY) == Z_OK,
        "zlib cannot deflate");
  std::string compressed(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  // zlib does not write through next_in, but says so only when built with ZLIB_CONST.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(compressed.data());
  stream.avail_out = static_cast<uInt>(compressed.size());
  check(::deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib needed more than its bound");
  compressed.resize(stream.total_out);
  deflateEnd(&stream);
  return compressed;
}

} // namespace wire::http
