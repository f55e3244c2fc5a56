#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "wire/base/limits.h"

// The sizes, counts and timeouts of the application, as wire/base/limits.h for the library. Most are the default of an
// option (config/options.cpp); docs/limits.md says what happens beyond each.
namespace mentara::limits {

// --- Tokens ---
inline constexpr std::size_t token_bytes_max = 4 * 1024;
inline constexpr std::size_t token_json_depth_max = 8;
inline constexpr std::size_t token_json_values_max = 256;
inline constexpr std::size_t keys_per_id_max = 4; // each is tried on a token with that `kid`, or without one
inline constexpr std::size_t key_file_bytes_max = 256 * 1024;
inline constexpr std::size_t user_id_chars_max = 128;
inline constexpr wire::Duration token_leeway = wire::seconds(5);
inline constexpr std::size_t revocations_max = 1'000'000; // that wait for the end of their tokens; all in memory
inline constexpr wire::Duration revocations_cleaning_interval = wire::seconds(60 * 60);

// --- Connections ---
// Shorter than Socket.IO's 45 s: who has not shown a token by then only holds a descriptor.
inline constexpr wire::Duration connect_timeout = wire::seconds(10);
inline constexpr std::size_t sockets_per_user_max = 20; // in one namespace
inline constexpr std::int64_t events_per_second = 50;   // of a user, on all his sockets; by cost (event_limits.cpp)
inline constexpr std::int64_t events_burst = 100;
inline constexpr std::int64_t sends_per_second = 20; // of these, messages
inline constexpr std::int64_t sends_burst = 40;
inline constexpr std::size_t rate_limited_keys_max = 200'000; // remembered at a time; about 180 bytes each
// Of one socket: refusals for which it is forgiven. Who goes on nevertheless is cut.
inline constexpr std::int64_t refusals_per_second = 10;
inline constexpr std::int64_t refusals_burst = 200;
inline constexpr std::size_t threads_max = 256;
// Of one address; of IPv6, a /64. Many people may be behind one (threats R2): what a user does has limits of its own.
inline constexpr std::size_t connections_per_address_max = 2000;
inline constexpr std::int64_t handshakes_per_second = 200;      // sessions of Engine.IO that begin
inline constexpr std::int64_t handshakes_burst = 4000;          // everybody behind one address returns at once, twice
inline constexpr std::int64_t connect_failures_per_minute = 10; // tokens that are refused, over sockets and REST
inline constexpr wire::Duration connect_failures_delay_max = wire::seconds(60);
inline constexpr std::int64_t failing_tries_per_second = 100; // beyond: of whoever is at such an address, also with
inline constexpr std::int64_t failing_tries_burst = 1000;     // a good token
inline constexpr std::int64_t requests_per_second = 200;      // over REST
inline constexpr std::int64_t requests_burst = 2000;

// --- Payloads; characters are Unicode code points ---
inline constexpr std::size_t content_chars_max = 16'384;
inline constexpr std::size_t attachments_max = 10;
inline constexpr std::size_t emoji_bytes_max = 32;
inline constexpr std::size_t reactions_max = 1000;     // of a message, of all users
inline constexpr std::size_t reaction_emojis_max = 50; // different ones of a message
inline constexpr std::size_t url_chars_max = 2048;
inline constexpr std::size_t file_name_chars_max = 255;
inline constexpr std::size_t mime_type_chars_max = 127;
inline constexpr std::size_t metadata_bytes_max = 4096; // as compact JSON
inline constexpr std::size_t title_chars_max = 200;
inline constexpr std::size_t participants_max = 1000;
inline constexpr std::size_t reason_chars_max = 500;
inline constexpr std::size_t blocks_max = 10'000; // users whom one user blocks
inline constexpr std::size_t cursor_chars_max = 512;
inline constexpr std::int64_t conversations_page_max = 100;
inline constexpr std::int64_t search_page_max = 50;
inline constexpr std::size_t search_query_chars_max = 200;
inline constexpr wire::Duration search_index_interval = wire::seconds(1); // between batches that nobody waits for
inline constexpr std::size_t search_index_batch = 500;                    // messages indexed in one write
inline constexpr std::int64_t history_page_max = 200;
inline constexpr std::size_t history_page_bytes_max = 512 * 1024; // a page of long messages ends earlier, with hasMore
inline constexpr std::size_t signal_bytes_max = 64 * 1024; // an offer, answer or candidate of WebRTC, as compact JSON
inline constexpr std::size_t candidates_max = 50;          // in one event
inline constexpr std::size_t call_report_bytes_max = 8 * 1024;
inline constexpr wire::Duration call_report_interval = wire::seconds(5); // of one side of a call
inline constexpr std::size_t call_reports_max = 720;                     // of one side of a call: the newest are kept
inline constexpr std::int64_t calls_page_max = 100;
inline constexpr std::size_t conference_devices_max = 8;                // each sends its picture to all others
inline constexpr std::int64_t safe_integer_max = 9'007'199'254'740'991; // what a JavaScript number holds exactly
// One character is at most 12 bytes of JSON, an emoji written as two \uXXXX.
static_assert(12 * (content_chars_max + attachments_max * (url_chars_max + file_name_chars_max + mime_type_chars_max)) +
                      metadata_bytes_max <
                  wire::limits::max_http_buffer_size,
              "the largest message must fit into one packet, however it is escaped");
static_assert(history_page_bytes_max < wire::limits::unsent_bytes_hard,
              "reading history must not look like not reading");
static_assert(4 * user_id_chars_max * participants_max < wire::limits::max_http_buffer_size,
              "so must the longest list of participants");

// --- Notifications ---
inline constexpr std::size_t notification_type_chars_max = 64;
inline constexpr std::size_t notification_title_chars_max = 200;
inline constexpr std::size_t notification_message_chars_max = 2000;
inline constexpr std::size_t notification_data_bytes_max = 4096; // as compact JSON
inline constexpr std::size_t collapse_key_chars_max = 128;
inline constexpr std::size_t notification_recipients_max = 1000; // of one request of a backend
inline constexpr std::size_t notification_ids_max = 100;         // in one request
inline constexpr std::int64_t notifications_page_max = 100;
inline constexpr std::size_t notification_types_max = 100;  // of which a user says how he wants to hear them
inline constexpr std::size_t notifications_due_batch = 500; // told late, or expired, in one write
inline constexpr std::size_t idempotency_key_bytes_max = 255;
inline constexpr std::chrono::hours idempotency_age_max{24};       // for so long a repeated request is known
inline constexpr wire::Duration due_check_max = wire::seconds(60); // a wall clock that was set is noticed by then

// Of a backend's domain event: its type, what it happened to, what it belongs to.
inline constexpr std::size_t event_words_chars_max = 128;
inline constexpr std::int64_t event_version_max = 1'000'000;
inline constexpr std::size_t event_data_bytes_max = 16 * 1024;
inline constexpr wire::Duration notifier_delay = wire::milliseconds(100); // messages are gathered before it is looked
                                                                          // who is not there
inline constexpr wire::Duration notifier_retry = wire::seconds(1);
inline constexpr std::size_t notifier_batch = 200;             // messages read from the log at a time
inline constexpr std::int64_t notifier_positions_max = 10'000; // the notifier's place is at most so old

// --- Presence ---
inline constexpr std::size_t presence_text_chars_max = 200;
inline constexpr std::size_t presence_subscriptions_max = 500; // users whom one socket watches
inline constexpr wire::Duration presence_offline_after = wire::seconds(10);
inline constexpr wire::Duration presence_told_again_after = wire::seconds(1);
inline constexpr wire::Duration presence_gathering = wire::milliseconds(50);
inline constexpr wire::Duration presence_recovery = wire::seconds(120);     // as long as Socket.IO may recover a socket
inline constexpr wire::Duration presence_seen_interval = wire::seconds(60); // when users were seen is stored so often

// Who has a conversation open. In larger conversations nobody is told: it would cost the square of the members.
inline constexpr std::size_t viewing_members_max = 50;
inline constexpr wire::Duration viewing_gone_after = wire::seconds(2); // the reload of a page is no departure
inline constexpr wire::Duration viewing_answer_max = wire::seconds(2); // of other loops and nodes

// --- The stream of durable events ---
inline constexpr std::size_t replayed_events_max = 500; // missed by one device; beyond it is told to reload
inline constexpr std::chrono::hours replayed_age_max{30 * 24};
inline constexpr std::size_t replay_page_events_max = 32; // few: who has missed much shares the machine with the others
inline constexpr std::size_t replay_page_bytes_max = 256 * 1024;
inline constexpr std::size_t replay_reads_max = 32; // handed to the database at a time, for all devices
inline constexpr wire::Duration proof_ripening = wire::milliseconds(40); // void when the socket leaves within it
inline constexpr wire::Duration proof_delay = wire::milliseconds(50);    // they are gathered before they are stored
inline constexpr std::size_t devices_per_user_max = 50;                  // whose places are kept, in one channel
inline constexpr std::size_t delivered_members_max = 50; // in larger conversations nobody is told who received what
static_assert(replay_page_bytes_max + wire::limits::unsent_bytes_soft < wire::limits::unsent_bytes_hard,
              "a page that is sent to who is not behind must not put him far behind");

// --- What backends ask about users ---
inline constexpr std::size_t personal_page_items = 200; // of an export; a page of long messages ends earlier
inline constexpr std::size_t personal_step = 50;        // messages, reactions or names forgotten in one write
inline constexpr std::size_t personal_stretch = 20'000; // rows that one read looks through for those of one user
inline constexpr wire::Duration erasures_interval = wire::seconds(60); // looked for, if one could not be finished

// --- Database ---
inline constexpr wire::Duration log_growth_delay = wire::milliseconds(50); // before the log is read for others' rows
inline constexpr wire::Duration log_news_patience =
    wire::milliseconds(200);                             // with what another node tells through Redis
inline constexpr std::size_t log_events_held_max = 1024; // that came ahead of others which are not there
inline constexpr std::size_t write_queue_max = 8192; // what waits for the writer; beyond it the answer is `unavailable`
inline constexpr std::size_t read_queue_max = 4096;
inline constexpr std::chrono::milliseconds statement_timeout{5000}; // of PostgreSQL, also for the log's lock
inline constexpr std::chrono::milliseconds log_poll_interval{1000}; // what other nodes wrote is seen by then at last
inline constexpr std::size_t group_commit_max = 1024;               // writes in one transaction
inline constexpr std::size_t group_commit_beside = 2; // of writes that nobody waits for, beside fewer of the others
inline constexpr std::size_t proofs_per_write = 4;    // so that what they cost is paid in small pieces

// --- Start-up ---
inline constexpr std::size_t config_file_bytes_max = 1024 * 1024;

static_assert(4 * user_id_chars_max + 16 <= wire::limits::room_name_bytes_max, "every user's room can be named");
static_assert(handshakes_burst >= static_cast<std::int64_t>(connections_per_address_max),
              "as many as one address may have can come back at once");
static_assert(connect_timeout <= wire::limits::connect_timeout,
              "the application is stricter than the library, not laxer");
static_assert(group_commit_max <= write_queue_max, "a group is taken from the queue");

} // namespace mentara::limits
