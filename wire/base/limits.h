#pragma once

#include <cstddef>

#include "wire/base/time.h"

// Every size, count and timeout of the library that has a default, in one place, so that they can vouch for each other.
// Each is the default of an option with the same name; docs/limits.md says what happens beyond it.
namespace wire::limits {

// --- HTTP ---
inline constexpr std::size_t request_line_bytes_max = 4 * 1024;
inline constexpr std::size_t header_bytes_max = 16 * 1024;
inline constexpr std::size_t header_count_max = 64;
inline constexpr std::size_t http_body_bytes_max = 1'000'000;
inline constexpr std::size_t chunk_extension_bytes_max = 1024; // of all chunks of a body together
inline constexpr std::size_t pipelined_bytes_max = 64 * 1024;  // of requests that came before the answer to the first
inline constexpr Duration header_read_timeout = seconds(10);
inline constexpr Duration keep_alive_timeout = seconds(15);
inline constexpr std::size_t body_rate_bytes_min = 1024; // a second, after body_rate_grace
inline constexpr Duration body_rate_grace = seconds(5);

inline constexpr std::size_t descriptors_reserved = 256; // of the process's, for all that is not a connection
inline constexpr unsigned turned_away_at_once_max = 8; // connections above the limit that are answered; then accepting
inline constexpr Duration turned_away_pause = milliseconds(100); // pauses

// --- The edge: TLS, the PROXY protocol, addresses ---
inline constexpr Duration tls_handshake_timeout = seconds(5);
inline constexpr unsigned tls_handshakes_per_second = 500; // of one listener; then accepting pauses
inline constexpr Duration tls_handshakes_window = milliseconds(100);
inline constexpr std::size_t tls_output_bytes_max = 128 * 1024; // owed to a peer who asks for it and does not read
inline constexpr Duration proxy_header_timeout = seconds(5);
inline constexpr std::size_t proxy_header_bytes_max = 536; // what fits into the smallest segment, as its authors advise
inline constexpr unsigned addresses_told_per_second_max = 32; // connections above the limit of their address that are
                                                              // answered; the others are only closed

// --- WebSocket ---
inline constexpr std::size_t ws_message_bytes_max = 1'000'000;
inline constexpr std::size_t ws_control_bytes_max = 125; // RFC 6455 §5.5
inline constexpr Duration ws_message_timeout = seconds(30);
inline constexpr Duration ws_close_timeout = seconds(3);
inline constexpr unsigned ws_control_frames_max = 100;             // pings and pongs a second
inline constexpr unsigned ws_pongs_per_read_max = 16;              // beyond, only the last ping of a read is answered
inline constexpr std::size_t ws_deflate_threshold = 1024;          // shorter messages are not compressed
inline constexpr std::size_t ws_inflate_ratio_max = 100;           // of a message to its compressed form,
inline constexpr std::size_t ws_inflate_ratio_free_bytes = 65'536; // above this size
inline constexpr std::size_t ws_inflate_blocks_max = 1024;         // and one more for each
inline constexpr std::size_t ws_inflate_block_bytes = 256;         // of compressed bytes

// --- Engine.IO ---
inline constexpr Duration ping_interval = milliseconds(25'000);
inline constexpr Duration ping_timeout = milliseconds(20'000);
inline constexpr Duration upgrade_timeout = milliseconds(10'000);
inline constexpr Duration upgrade_noop_interval = milliseconds(100);
inline constexpr Duration close_timeout = seconds(30);
inline constexpr std::size_t max_http_buffer_size = 1'000'000; // advertised as maxPayload
inline constexpr std::size_t payload_packets_max = 1000;

// --- Socket.IO ---
inline constexpr Duration connect_timeout = milliseconds(45'000);
inline constexpr std::size_t attachments_max = 10;
inline constexpr Duration attachments_timeout = seconds(10);
inline constexpr std::size_t json_depth_max = 32;
inline constexpr std::size_t json_values_max = 20'000;
inline constexpr std::size_t json_number_chars_max = 64;
inline constexpr std::size_t connects_per_client_max = 10;
inline constexpr std::size_t rooms_per_socket_max = 1000;
inline constexpr std::size_t room_name_bytes_max = 640;
inline constexpr std::size_t acks_outstanding_max = 256;
inline constexpr std::size_t namespace_name_bytes_max = 256; // of one that a client chooses
inline constexpr std::size_t dynamic_namespaces_max = 1000;
inline constexpr Duration cluster_request_timeout = seconds(5);
inline constexpr Duration max_disconnection_duration = seconds(120);
inline constexpr std::size_t recovery_log_bytes_max = 16 * 1024 * 1024;     // events of one namespace
inline constexpr std::size_t recovery_session_bytes_max = 16 * 1024 * 1024; // clients of one namespace that may return

// --- Redis ---
inline constexpr std::size_t redis_reply_bytes_max = 64 * 1024 * 1024;  // one reply or message
inline constexpr std::size_t redis_unsent_bytes_max = 16 * 1024 * 1024; // beyond it what is published is dropped
inline constexpr Duration redis_connect_timeout = seconds(5);
inline constexpr Duration redis_ping_interval = seconds(2); // after a silence
inline constexpr Duration redis_reply_timeout = seconds(5);
inline constexpr Duration redis_backoff_min = milliseconds(100),
                          redis_backoff_max = seconds(2); // before it connects anew

// --- Unsent bytes of one connection ---
inline constexpr std::size_t unsent_bytes_soft = 256 * 1024;
inline constexpr std::size_t unsent_bytes_hard = 1024 * 1024;
inline constexpr Duration unsent_hard_timeout = seconds(10);
inline constexpr std::size_t unsent_bytes_max =
    16 * 1024 * 1024;                                       // a burst to a peer that reads may pass the hard limit
inline constexpr std::size_t early_flush_bytes = 64 * 1024; // queued in one turn: written before its end
inline constexpr std::size_t unsent_bytes_in_kernel = 128 * 1024;

static_assert(request_line_bytes_max + header_bytes_max <= pipelined_bytes_max, "a head must fit while it arrives");
static_assert(ws_message_bytes_max <= http_body_bytes_max, "what fits over websocket must fit over polling");
static_assert(max_http_buffer_size == ws_message_bytes_max, "what is advertised is what is enforced");
static_assert(turned_away_at_once_max * (ws_close_timeout / turned_away_pause) < descriptors_reserved,
              "those who are turned away linger");
static_assert(upgrade_timeout < ping_interval + ping_timeout, "an upgrade must fail before its session does");
static_assert(unsent_bytes_soft < unsent_bytes_hard && unsent_bytes_hard < unsent_bytes_max);
static_assert(early_flush_bytes < unsent_bytes_soft, "a peer that reads is not behind because of our own corking");
static_assert(early_flush_bytes <= unsent_bytes_in_kernel, "what is written early finds room");
static_assert(unsent_bytes_hard >= max_http_buffer_size, "the largest message must fit into an empty queue");

} // namespace wire::limits
