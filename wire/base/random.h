#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace wire {

// From getrandom(2), buffered for each thread. Never fails: a machine without entropy stops the program.
void fill_random(std::span<unsigned char> bytes);
std::uint64_t random_u64();

// 20 characters of A-Z a-z 0-9 - _ that hold 120 random bits: a session's secret or a socket's public id.
std::string random_id();

} // namespace wire
