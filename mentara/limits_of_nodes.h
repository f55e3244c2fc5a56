#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "mentara/limits.h"
#include "wire/base/time.h"

// As limits.h, of servers that stop and of several that are one site.
namespace mentara::limits {

// --- The end of a server ---
inline constexpr std::chrono::milliseconds drain_deadline{20'000}; // then nobody is waited for any more
inline constexpr std::size_t departures_per_second =
    500; // connections that are closed, for each node that takes them in
inline constexpr wire::Duration departure_interval = wire::milliseconds(10); // between batches
inline constexpr wire::Duration last_poll_max = wire::seconds(1); // for a polling client, after it was let go
inline constexpr std::uint64_t goodbye_spread_ms = 500; // clients come back so much later than they must, or less

// --- Several nodes ---
inline constexpr wire::Duration roster_beat = wire::seconds(1);        // nodes say that they are there
inline constexpr wire::Duration roster_lease = wire::seconds(5);       // without it they are no more
inline constexpr wire::Duration roster_delay = wire::milliseconds(20); // who comes and goes is gathered
inline constexpr std::size_t roster_message_users = 500;
inline constexpr std::size_t roster_nodes_max = 1000;
inline constexpr std::int64_t roster_sockets_max = 1'000'000;         // of a user in a namespace, as another node says
inline constexpr wire::Duration ended_answers_max = wire::seconds(2); // other nodes say what they ended
inline constexpr wire::Duration revocations_without_nodes = wire::seconds(3); // they are looked for while Redis is away
inline constexpr wire::Duration abandoned_calls_interval = wire::seconds(10); // those of nodes that died are looked for
inline constexpr wire::Duration keeper_look = wire::seconds(1);   // who keeps the calls is looked at in the store
inline constexpr wire::Duration keeper_lease = wire::seconds(5);  // who has not said so for that long keeps no more
inline constexpr wire::Duration keeper_settle = wire::seconds(3); // a new keeper waits for the others' sockets
inline constexpr wire::Duration keeper_tick = wire::milliseconds(200);
inline constexpr wire::Duration keeper_patience = wire::seconds(8); // what is asked waits for a keeper
inline constexpr std::size_t keeper_message_rooms = 64;             // of conferences, in one message
inline constexpr std::size_t keeper_asked_max = 10'000;
inline constexpr std::size_t call_ends_learned_max = 1000; // of calls whose keeper has not stored them yet
// What is taken of limits is told to the other nodes so often, of keys (users, addresses) that took at least this share
// of the burst in the time in which a whole burst is given anew.
inline constexpr wire::Duration shared_interval = wire::milliseconds(250);
inline constexpr double shared_share = 0.05;
inline constexpr std::size_t shared_keys_max = 2'000; // of one limit, each time
inline constexpr std::size_t shared_message_keys = 500;
inline constexpr std::size_t shared_key_bytes_max = 4 * user_id_chars_max;
inline constexpr double shared_amount_max = 1e6; // of one key in one message; beyond it is no count of ours
static_assert(shared_interval <= wire::milliseconds(500), "what is taken on one node counts on all within a second");
static_assert(keeper_lease >= 3 * keeper_look, "a keeper may fail to say so once or twice");
static_assert(keeper_patience >= keeper_lease + 2 * keeper_look, "what is asked outlives a keeper that is silent");
static_assert(roster_lease >= 3 * roster_beat, "one beat may get lost");

} // namespace mentara::limits
