#pragma once

#include <chrono>
#include <cstddef>

#include "wire/base/limits.h"

// Those of Web Push; see limits.h.
namespace mentara::limits {

inline constexpr std::size_t push_subscriptions_max = 10; // of a user: the newest
inline constexpr std::size_t push_key_chars_max = 128;
inline constexpr std::size_t push_queue_max = 10'000;              // on their way; beyond it they are dropped
inline constexpr std::size_t push_queue_of_endpoint_max = 100;     // likewise, to one browser
inline constexpr std::size_t push_transfers_max = 256;             // under way at a time
inline constexpr std::size_t push_transfers_of_host_max = 64;      // of these, to one service
inline constexpr std::chrono::milliseconds push_timeout{10'000};   // of one try
inline constexpr int push_tries_max = 5;                           // each four times as long after the last
inline constexpr wire::Duration push_delay = wire::seconds(1);     // before it is looked whether the user is here
inline constexpr std::chrono::milliseconds push_retry_delay{5000}; // before the second try
inline constexpr wire::Duration push_retry_delay_max = wire::seconds(3600);
inline constexpr std::chrono::hours push_ttl{24};              // a service keeps a push for so long
inline constexpr std::chrono::minutes push_cancel_age_max{10}; // for so long it is tried to take one back

static_assert(push_queue_of_endpoint_max < push_queue_max, "one browser cannot fill the queue");
static_assert(push_transfers_of_host_max < push_transfers_max, "nor one service hold up the others");

} // namespace mentara::limits
