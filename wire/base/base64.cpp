#include "wire/base/base64.h"

#include <array>
#include <cstdint>

namespace wire {
namespace {

constexpr char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t none = 0xff;

constexpr std::array<std::uint8_t, 256> reverse(bool with_standard) {
  std::array<std::uint8_t, 256> table{};
  table.fill(none);
  for (std::uint8_t i = 0; i < 64; ++i) {
    if (with_standard) table[static_cast<unsigned char>(standard[i])] = i;
    table[static_cast<unsigned char>(url[i])] = i;
  }
  return table;
}

void encode(std::string& out, std::string_view bytes, const char* alphabet, bool padded) {
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  std::uint32_t group = 0;
  int bits = 0;
  for (char c : bytes) {
    group = group << 8 | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6;) out += alphabet[group >> (bits -= 6) & 63];
  }
  if (bits) out += alphabet[group << (6 - bits) & 63];
  for (std::size_t rest = bytes.size() % 3; padded && rest && rest < 3; ++rest) out += '=';
}

} // namespace

void append_base64(std::string& out, std::string_view bytes) { encode(out, bytes, standard, true); }

std::string base64_encode(std::string_view bytes) {
  std::string out;
  encode(out, bytes, standard, true);
  return out;
}

std::string base64url_encode(std::string_view bytes) {
  std::string out;
  encode(out, bytes, url, false);
  return out;
}

std::string base64_decode_lenient(std::string_view text) {
  static constexpr auto table = reverse(true);
  std::string out;
  out.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t group = 0;
  int bits = 0;
  for (char c : text) {
    if (c == '=') break;
    const std::uint8_t value = table[static_cast<unsigned char>(c)];
    if (value == none) continue;
    group = group << 6 | value;
    if ((bits += 6) >= 8) out += static_cast<char>(group >> (bits -= 8) & 255);
  }
  return out;
}

std::optional<std::string> base64url_decode_strict(std::string_view text) {
  static constexpr auto table = reverse(false);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t group = 0;
  int bits = 0;
  for (char c : text) {
    const std::uint8_t value = table[static_cast<unsigned char>(c)];
    if (value == none) return std::nullopt;
    group = group << 6 | value;
    if ((bits += 6) >= 8) out += static_cast<char>(group >> (bits -= 8) & 255);
  }
  if (group & ((1u << bits) - 1)) return std::nullopt;
  return out;
}

} // namespace wire
