#include "mentara/domain/id.h"

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <utility>

#include "wire/base/random.h"
#include "wire/base/utf8.h"

namespace mentara {
namespace {

// The 12 bits behind the time count up within one millisecond (RFC 9562 §6.2, method 1), so order of making is order of
// ids.
struct Sequence {
  std::mutex mutex;
  std::uint64_t last = 0; // milliseconds << 12 | counter

  std::uint64_t next(std::uint64_t unix_ms) {
    std::lock_guard lock(mutex);
    last = std::max(last + 1, unix_ms << 12);
    return last;
  }
};

Sequence sequence;
thread_local IdSequence* sequence_of_node = nullptr;

} // namespace

bool is_well_formed_id(std::string_view text) {
  if (text.empty() || text.size() > 128) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.' || c == ':';
  });
}

bool is_well_formed_user_id(std::string_view text) {
  const std::size_t chars = wire::count_code_points(text);
  if (chars < 1 || chars > 128) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return false;
    // U+0080 to U+009F are C2 80 to C2 9F.
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return false;
  }
  return true;
}

IdSequence::Use::Use(IdSequence& own) : outer_(std::exchange(sequence_of_node, &own)) {}
IdSequence::Use::~Use() { sequence_of_node = outer_; }

std::uint64_t IdSequence::next(std::uint64_t unix_ms) { return last_ = std::max(last_ + 1, unix_ms << 12); }

std::string make_uuid_v7(long long unix_ms) {
  const auto now = static_cast<std::uint64_t>(std::max(0LL, unix_ms));
  const std::uint64_t stamp = sequence_of_node ? sequence_of_node->next(now) : sequence.next(now);
  const std::uint64_t high = (stamp >> 12) << 16 | 0x7000 | (stamp & 0xfff);
  const std::uint64_t low = (wire::random_u64() >> 2) | (1ull << 63);
  constexpr char hex[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (int i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) text += '-';
    const std::uint64_t half = i < 16 ? high : low;
    text += hex[half >> (60 - 4 * (i % 16)) & 15];
  }
  return text;
}

} // namespace mentara
