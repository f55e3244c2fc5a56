#include "wire/base/random.h"

#include <sys/random.h>

#include <algorithm>
#include <cstring>

#include "wire/base/base64.h"
#include "wire/base/check.h"
#include "wire/base/seeded_random.h"

namespace wire {
namespace {

// One system call for many ids; what was handed out is wiped.
struct Pool {
  unsigned char bytes[512];
  std::size_t used = sizeof bytes;

  void take(unsigned char* out, std::size_t n) {
    if (used + n > sizeof bytes) {
      check(getrandom(bytes, sizeof bytes, 0) == static_cast<ssize_t>(sizeof bytes), "getrandom failed");
      used = 0;
    }
    std::memcpy(out, bytes + used, n);
    std::memset(bytes + used, 0, n);
    used += n;
  }
};

thread_local SeededRandom* seeded = nullptr;

} // namespace

SeededRandom::SeededRandom(std::uint64_t seed) : state_(seed), outer_(seeded) { seeded = this; }
SeededRandom::~SeededRandom() { seeded = outer_; }

// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators).
std::uint64_t SeededRandom::next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void fill_random(std::span<unsigned char> bytes) {
  if (seeded) {
    for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(seeded->next() >> 56);
    return;
  }
  thread_local Pool pool;
  constexpr std::size_t most_at_once = 256;
  for (std::size_t at = 0; at < bytes.size(); at += most_at_once) {
    pool.take(bytes.data() + at, std::min(most_at_once, bytes.size() - at));
  }
}

std::uint64_t random_u64() {
  unsigned char bytes[8];
  fill_random(bytes);
  std::uint64_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

std::string random_id() {
  unsigned char bytes[15];
  fill_random(bytes);
  return base64url_encode(std::string_view(reinterpret_cast<const char*>(bytes), sizeof bytes));
}

} // namespace wire
