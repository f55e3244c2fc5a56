#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wire {

// SipHash-1-3 with a key drawn at start, for every map whose keys a client can choose (threats E29).
std::uint64_t seeded_hash(std::string_view text);

struct SeededHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return seeded_hash(text); }
};

} // namespace wire
