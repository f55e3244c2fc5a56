#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mentara/domain/call.h"
#include "mentara/domain/notification_rule.h"
#include "mentara/limits.h"
#include "mentara/limits_of_nodes.h"
#include "mentara/limits_of_push.h"
#include "wire/base/limits.h"
#include "wire/base/log.h"

// Everything that an operator can decide, as plain values: read once at start (load.h), then immutable. What each
// option means, its bounds and its names are in options.cpp, and `mentara config print` shows them.
namespace mentara {

using std::chrono::milliseconds;

inline milliseconds to_ms(wire::Duration duration) { return std::chrono::duration_cast<milliseconds>(duration); }

enum class ForwardedHeader { x_forwarded_for, forwarded };

struct ServerConfig {
  std::string host = "localhost"; // an IP address, or localhost
  std::uint16_t port = 3001;
  std::size_t threads = 0;                    // 0: one for each core
  std::string node{};                         // among others; empty: the machine's name and the port
  std::vector<std::string> trusted_proxies{}; // "10.0.0.0/8"
  ForwardedHeader forwarded_header = ForwardedHeader::x_forwarded_for;
  bool proxy_protocol = false;
  milliseconds drain_deadline = limits::drain_deadline;
};

struct TlsConfig {
  std::string certificate{}; // the paths of two files; empty: nothing is encrypted
  std::string key{};
  milliseconds handshake_timeout = to_ms(wire::limits::tls_handshake_timeout);
  unsigned handshakes_per_second = wire::limits::tls_handshakes_per_second;

  bool is_on() const { return !certificate.empty(); }
};

struct OperationsConfig {
  std::string host = "127.0.0.1";
  std::uint16_t port = 3002;
};

enum class LogFormat { text, json };

struct LogConfig {
  wire::LogLevel level = wire::LogLevel::info;
  LogFormat format = LogFormat::text;
};

enum class JwtAlgorithm { HS256, HS384, HS512, RS256, ES256, EdDSA }; // those with a shared secret first
std::string_view to_string(JwtAlgorithm algorithm);                   // as `alg` spells it

// A file with keys and the one algorithm that they are for.
struct KeyFile {
  JwtAlgorithm algorithm = JwtAlgorithm::RS256;
  std::string path{};
  std::string id{}; // the `kid` of its key; of a JWKS, the only key that is taken; empty: none, or all
};

struct AuthConfig {
  std::string secret{};                         // bytes; empty: none was given
  JwtAlgorithm algorithm = JwtAlgorithm::HS256; // of the secret
  std::vector<KeyFile> keys{};                  // beside the secret, or instead of it
  std::string issuer{};                         // empty: not checked
  std::string audience{};                       // empty: not checked
  milliseconds leeway = to_ms(limits::token_leeway);
  milliseconds max_lifetime{0}; // 0: as long as the issuer likes
  bool allow_query_token = false;

  bool has_key() const { return !secret.empty() || !keys.empty(); } // else nothing may be served
};

struct CorsConfig {
  std::vector<std::string> origins{}; // "https://app.example.com"; compared as a whole
  bool allow_no_origin = true;
};

struct EngineConfig {
  milliseconds ping_interval = to_ms(wire::limits::ping_interval);
  milliseconds ping_timeout = to_ms(wire::limits::ping_timeout);
  milliseconds connect_timeout = to_ms(limits::connect_timeout);
  std::size_t max_payload = wire::limits::max_http_buffer_size; // bytes
};

struct LimitsConfig {
  std::size_t sockets_per_user = limits::sockets_per_user_max; // in one namespace
  std::int64_t events_per_second = limits::events_per_second;  // of one user
  std::int64_t events_burst = limits::events_burst;
  std::int64_t sends_per_second = limits::sends_per_second;
  std::int64_t sends_burst = limits::sends_burst;
  std::size_t connections_per_address = limits::connections_per_address_max;
  std::int64_t handshakes_per_second = limits::handshakes_per_second; // of one address
  std::int64_t handshakes_burst = limits::handshakes_burst;
  std::int64_t connect_failures_per_minute = limits::connect_failures_per_minute; // of one address
  std::int64_t requests_per_second = limits::requests_per_second;                 // of one address, over REST
  std::int64_t requests_burst = limits::requests_burst;
};

struct PresenceConfig {
  milliseconds offline_after = to_ms(limits::presence_offline_after);
};

struct NotificationsConfig {
  std::vector<NotificationRule> rules{}; // in the file alone
};

struct PushConfig {          // Web Push
  std::string private_key{}; // in base64url; empty: there is no Web Push
  std::string subject{};     // how push services reach the operator
  milliseconds ttl = limits::push_ttl;
  milliseconds delay = to_ms(limits::push_delay);
  milliseconds retry_delay = limits::push_retry_delay;
  std::string ca_file{}; // empty: the system's
  bool allow_insecure_endpoints = false;
};

struct ReplayConfig { // of what a device missed
  std::size_t events_max = limits::replayed_events_max;
  milliseconds age_max = limits::replayed_age_max;
};

struct CallsConfig {
  milliseconds ring_time = to_ms(CallTimes{}.ring);
  milliseconds caller_grace = to_ms(CallTimes{}.caller_gone);
  milliseconds reconnect_grace = to_ms(CallTimes{}.reconnect);
  CallTimes times() const { return {ring_time, caller_grace, reconnect_grace}; }
};

struct IceConfig { // over which servers devices find a way to each other
  std::vector<std::string> stun_urls{};
  std::vector<std::string> turn_urls{};
  std::string turn_secret{}; // bytes; shared with the TURN servers
  milliseconds turn_ttl = std::chrono::hours(1);
};

struct DatabaseConfig {
  std::string url{}; // of PostgreSQL; empty: a file in the data directory
  milliseconds statement_timeout = limits::statement_timeout;
  std::size_t write_queue_max = limits::write_queue_max;
  std::size_t read_queue_max = limits::read_queue_max;
  std::size_t group_commit_max = limits::group_commit_max;
};

struct RedisConfig {                    // what joins several nodes, over one database
  std::string url{};                    // empty: this node is alone
  std::vector<std::string> sentinels{}; // "10.0.0.1:26379"; the host of `url` is then the name of their master
  std::string tls_authorities{};        // the path of a file; empty: whom the system trusts
  std::string key = "mentara";
};

struct Config {
  bool development = false; // --dev: whoever has a name may get a token
  std::string data_directory = "data";
  ServerConfig server{};
  TlsConfig tls{};
  OperationsConfig operations{};
  LogConfig log{};
  AuthConfig auth{};
  CorsConfig cors{};
  EngineConfig engine{};
  LimitsConfig limits{};
  PresenceConfig presence{};
  NotificationsConfig notifications{};
  PushConfig push{};
  ReplayConfig replay{};
  CallsConfig calls{};
  IceConfig ice{};
  DatabaseConfig database{};
  RedisConfig redis{};
};

// Where to listen for `host`. "localhost" is both loopback addresses, because a client may try ::1 first and give up; a
// machine without IPv6 can only have the first one.
std::vector<std::string> listen_addresses(const std::string& host);

} // namespace mentara
