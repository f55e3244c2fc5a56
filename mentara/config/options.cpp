#include <arpa/inet.h>

#include <algorithm>
#include <optional>

#include "mentara/config/option.h"
#include "mentara/config/option_kinds.h"
#include "wire/base/address.h"
#include "wire/base/base64.h"
#include "wire/base/utf8.h"
#include "wire/eio/verify.h"
#include "wire/redis/url.h"

namespace mentara {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t secret_bytes_min =
    32; // RFC 7518 §3.2: at least the size of the hash (load.cpp holds it for the others)

bool is_host(std::string_view text) {
  unsigned char address[sizeof(in6_addr)];
  const std::string terminated(text);
  return text == "localhost" || inet_pton(AF_INET, terminated.c_str(), address) == 1 ||
         inet_pton(AF_INET6, terminated.c_str(), address) == 1;
}

bool is_printable(std::string_view text) {
  return wire::is_utf8(text) &&
         std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

bool is_path(std::string_view text) { return !text.empty() && is_printable(text); }

// RFC 7064, RFC 7065: stun:host, turns:host:port?transport=tcp
bool is_url_of(std::string_view text, std::string_view scheme) {
  if (!text.starts_with(scheme)) return false;
  text.remove_prefix(scheme.size());
  if (text.starts_with('s')) text.remove_prefix(1);
  return text.starts_with(':') && text.size() > 1 && text.find(' ') == text.npos && is_printable(text);
}
bool is_stun_url(std::string_view text) { return is_url_of(text, "stun"); }
bool is_turn_url(std::string_view text) { return is_url_of(text, "turn"); }
bool is_turn_secret(std::string_view text) { return text.size() >= 16; }

bool is_database_url(std::string_view text) {
  return is_printable(text) && (text.starts_with("postgres://") || text.starts_with("postgresql://"));
}

bool is_redis_url(std::string_view text) {
  const auto url = wire::redis::parse_url(text);
  return url && is_printable(text);
}
bool is_host_and_port(std::string_view text) {
  return text.find_first_of("@/") == text.npos && text.find(':') != text.npos &&
         wire::redis::parse_url("redis://" + std::string(text));
}
bool is_node_name_or_nothing(std::string_view text) { return text.empty() || wire::eio::is_node_name(text); }
bool is_redis_key(std::string_view text) { return !text.empty() && text.find('#') == text.npos && is_printable(text); }

// 32 bytes in base64url; whether they are a key is seen when the server begins.
bool is_push_key(std::string_view text) {
  const auto bytes = wire::base64url_decode_strict(text);
  return bytes && bytes->size() == 32;
}
bool is_push_subject(std::string_view text) {
  return text.empty() ||
         (is_printable(text) && ((text.starts_with("mailto:") && text.size() > 7) || text.starts_with("https://")));
}
bool is_address_range(std::string_view text) { return wire::AddressRange::parse(text).has_value(); }
bool is_path_or_none(std::string_view text) { return is_printable(text); }

bool is_secret(std::string_view text) { return text.size() >= secret_bytes_min; }

// A browser spells its origin in lower case, without a path and without the scheme's own port; anything else would
// never be equal to it.
bool is_origin(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == 0 || scheme == text.npos) return false;
  const std::string_view authority = text.substr(scheme + 3);
  if (authority.empty() || authority.find_first_of("/?#@*, ") != authority.npos || !is_printable(text)) return false;
  if (text.starts_with("https://") && text.ends_with(":443")) return false;
  if (text.starts_with("http://") && text.ends_with(":80")) return false;
  return std::none_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

// "RS256:/etc/mentara/login.pem#2026": the algorithm, the path, and after the last # the `kid`.
std::optional<KeyFile> parse_key_file(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos || !is_printable(text)) return std::nullopt;
  KeyFile file;
  bool known = false;
  for (auto algorithm : {JwtAlgorithm::HS256, JwtAlgorithm::HS384, JwtAlgorithm::HS512, JwtAlgorithm::RS256,
                         JwtAlgorithm::ES256, JwtAlgorithm::EdDSA}) {
    if (to_string(algorithm) != text.substr(0, colon)) continue;
    file.algorithm = algorithm;
    known = true;
  }
  const std::string_view place = text.substr(colon + 1);
  const std::size_t hash = std::min(place.rfind('#'), place.size());
  file.path = place.substr(0, hash);
  if (hash < place.size()) file.id = place.substr(hash + 1);
  if (!known || file.path.empty() || (hash < place.size() && file.id.empty())) return std::nullopt;
  return file;
}

template <class Place>
OptionValue key_files(Place place) {
  return {
      "a list of ALGORITHM:PATH or ALGORITHM:PATH#KID, such as \"RS256:/etc/mentara/login.pem#2026\"; the algorithms "
      "are HS256, HS384, HS512, RS256, ES256 and EdDSA",
      [=](Config& config, const RawValue& raw) {
        if (raw.type != RawValue::Type::text && raw.type != RawValue::Type::list) return false;
        std::vector<KeyFile> files;
        for (const std::string& item : raw.items) {
          const auto file = parse_key_file(item);
          if (!file) return false;
          files.push_back(*file);
        }
        place(config) = std::move(files);
        return true;
      },
      [=](const Config& config) {
        std::vector<std::string> items;
        for (const KeyFile& file : place(config)) {
          items.push_back(std::string(to_string(file.algorithm)).append(":").append(file.path));
          if (!file.id.empty()) items.back().append("#").append(file.id);
        }
        return wire::to_json(items);
      },
  };
}

constexpr std::string_view host_allowed = "an IP address or \"localhost\"";
constexpr std::string_view text_allowed = "a text without control characters";

std::vector<Option> make_options() {
  using wire::LogLevel;
  constexpr std::int64_t million = 1'000'000;
  return {
      {"data_directory", "Where the database is kept; made when it does not exist.",
       text(at(&Config::data_directory), "the path of a directory", is_path), "--data"},

      {"server.host",
       "Where clients connect: localhost is reachable from this machine alone, 0.0.0.0 or :: from everywhere.",
       text(at(&Config::server, &ServerConfig::host), std::string(host_allowed), is_host), "--host"},
      {"server.port", "The port for clients.", whole_number(at(&Config::server, &ServerConfig::port), 1, 65535),
       "--port"},
      {"server.threads", "How many event loops serve the clients; 0: one for each core.",
       whole_number(at(&Config::server, &ServerConfig::threads), 0, limits::threads_max), "--threads"},
      {"server.node",
       "With redis.url: the name of this node, which the ids of its sessions carry. Without it the machine's name and "
       "the port.",
       text(at(&Config::server, &ServerConfig::node), "1 to 24 letters, digits, - and _", is_node_name_or_nothing)},
      {"server.trusted_proxies",
       "The proxies in front of this server, by address: they alone are believed about whose request it is.",
       list(at(&Config::server, &ServerConfig::trusted_proxies),
            "addresses and ranges of them such as \"10.0.0.0/8\", \"192.0.2.7\" or \"fd00::/8\" (nothing set beyond "
            "the prefix)",
            is_address_range)},
      {"server.forwarded_header",
       "The header in which those proxies say it. One alone: they hand on the other one as a client wrote it.",
       choice(at(&Config::server, &ServerConfig::forwarded_header),
              std::array{Choice<ForwardedHeader>{"X-Forwarded-For", ForwardedHeader::x_forwarded_for},
                         Choice<ForwardedHeader>{"Forwarded", ForwardedHeader::forwarded}})},
      {"server.proxy_protocol",
       "Every connection comes from one of server.trusted_proxies and begins with a header of the PROXY protocol (1 or "
       "2); any other is closed.",
       boolean(at(&Config::server, &ServerConfig::proxy_protocol))},
      {"server.drain_deadline",
       "How long clients may take to leave after SIGTERM: they are told, what they asked is answered, and they are "
       "closed little by little.",
       duration(at(&Config::server, &ServerConfig::drain_deadline), 0ms, 10min)},

      {"tls.certificate",
       "A PEM file with this server's certificate, then those that lead to a root; read again when it changes and on "
       "SIGHUP. Without one nothing is encrypted: let a proxy do it.",
       text(at(&Config::tls, &TlsConfig::certificate), "the path of a file", is_path_or_none)},
      {"tls.key", "A PEM file with the private key of the certificate, without a passphrase; read again likewise.",
       text(at(&Config::tls, &TlsConfig::key), "the path of a file", is_path_or_none)},
      {"tls.handshake_timeout", "How long a client may take until its connection is encrypted.",
       duration(at(&Config::tls, &TlsConfig::handshake_timeout), 100ms, 1min)},
      {"tls.handshakes_per_second", "How many clients begin with it in a second; the others wait to be accepted.",
       whole_number(at(&Config::tls, &TlsConfig::handshakes_per_second), 10, million)},

      {"operations.host", "Where health and metrics are served; not for the public.",
       text(at(&Config::operations, &OperationsConfig::host), std::string(host_allowed), is_host)},
      {"operations.port", "The port for health and metrics.",
       whole_number(at(&Config::operations, &OperationsConfig::port), 1, 65535)},

      {"log.level", "The least severe line that is written.",
       choice(at(&Config::log, &LogConfig::level),
              std::array{Choice<LogLevel>{"trace", LogLevel::trace}, Choice<LogLevel>{"debug", LogLevel::debug},
                         Choice<LogLevel>{"info", LogLevel::info}, Choice<LogLevel>{"warn", LogLevel::warn},
                         Choice<LogLevel>{"error", LogLevel::error}}),
       "--log-level"},
      {"log.format", "Lines for people, or one JSON object a line.",
       choice(at(&Config::log, &LogConfig::format),
              std::array{Choice<LogFormat>{"text", LogFormat::text}, Choice<LogFormat>{"json", LogFormat::json}})},

      {.key = "auth.secret",
       .help = "The secret that tokens are signed with; better given in the environment than in a file.",
       .value = text(at(&Config::auth, &AuthConfig::secret),
                     "at least 32 bytes that nobody can guess; make one with: openssl rand -hex 32", is_secret),
       .environment = "MENTARA_JWT_SECRET",
       .secret = true},
      {"auth.algorithm", "The only algorithm that is accepted with the secret.",
       choice(at(&Config::auth, &AuthConfig::algorithm),
              std::array{Choice<JwtAlgorithm>{"HS256", JwtAlgorithm::HS256},
                         Choice<JwtAlgorithm>{"HS384", JwtAlgorithm::HS384},
                         Choice<JwtAlgorithm>{"HS512", JwtAlgorithm::HS512}})},
      {"auth.keys",
       "Files with more keys, each for one algorithm only; read again when they change and on SIGHUP. A PEM holds one "
       "public key, a JWKS many, a file for HS256, HS384 or HS512 the secret itself.",
       key_files(at(&Config::auth, &AuthConfig::keys))},
      {"auth.issuer", "What `iss` must be in a token; empty: not checked.",
       text(at(&Config::auth, &AuthConfig::issuer), std::string(text_allowed), is_printable)},
      {"auth.audience", "What `aud` must contain in a token; empty: not checked.",
       text(at(&Config::auth, &AuthConfig::audience), std::string(text_allowed), is_printable)},
      {"auth.leeway", "How far the clock of the issuer may differ from ours.",
       duration(at(&Config::auth, &AuthConfig::leeway), 0ms, 5min)},
      {"auth.max_lifetime", "A token that is valid for longer than this is refused; 0: any lifetime.",
       duration(at(&Config::auth, &AuthConfig::max_lifetime), 0ms, 24h * 3650)},
      {"auth.allow_query_token", "Accept ?token= in the URL, where proxies and histories keep it.",
       boolean(at(&Config::auth, &AuthConfig::allow_query_token))},

      {"cors.origins", "The web pages that may connect, by their origin; --dev allows those of localhost.",
       list(at(&Config::cors, &CorsConfig::origins),
            "origins such as \"https://app.example.com\" (lower case, no path, no default port, no wildcard)",
            is_origin)},
      {"cors.allow_no_origin", "Accept clients that send no Origin, as native applications and servers do.",
       boolean(at(&Config::cors, &CorsConfig::allow_no_origin))},

      {"engine.ping_interval", "How often the server asks whether a client is still there.",
       duration(at(&Config::engine, &EngineConfig::ping_interval), 100ms, 10min)},
      {"engine.ping_timeout", "How long a client may take to answer before it is cut.",
       duration(at(&Config::engine, &EngineConfig::ping_timeout), 100ms, 10min)},
      {"engine.connect_timeout", "How long a connection may stay without an accepted token.",
       duration(at(&Config::engine, &EngineConfig::connect_timeout), 100ms, 10min)},
      {"engine.max_payload", "The largest message or request body of a client.",
       size(at(&Config::engine, &EngineConfig::max_payload), 1024, wire::limits::unsent_bytes_hard)},

      {"limits.sockets_per_user", "How many sockets one user may have in one namespace.",
       whole_number(at(&Config::limits, &LimitsConfig::sockets_per_user), 1, million)},
      {"limits.events_per_second", "How many events a user may send in a second, on all his sockets together.",
       whole_number(at(&Config::limits, &LimitsConfig::events_per_second), 1, million)},
      {"limits.events_burst", "How many of them at once, after a pause.",
       whole_number(at(&Config::limits, &LimitsConfig::events_burst), 1, million)},
      {"limits.sends_per_second", "How many messages a user may send in a second.",
       whole_number(at(&Config::limits, &LimitsConfig::sends_per_second), 1, million)},
      {"limits.sends_burst", "How many of them at once, after a pause.",
       whole_number(at(&Config::limits, &LimitsConfig::sends_burst), 1, million)},
      {"limits.connections_per_address",
       "How many connections one address may have at once (IPv6: one /64); many people may be behind one.",
       whole_number(at(&Config::limits, &LimitsConfig::connections_per_address), 1, million)},
      {"limits.handshakes_per_second",
       "How many sessions may begin in a second from one address (IPv6: one /64), before anybody has shown a token.",
       whole_number(at(&Config::limits, &LimitsConfig::handshakes_per_second), 1, million)},
      {"limits.handshakes_burst", "How many of them at once, after a pause.",
       whole_number(at(&Config::limits, &LimitsConfig::handshakes_burst), 1, million)},
      {"limits.connect_failures_per_minute",
       "How many tokens from one address may be refused in a minute, over sockets and REST, before it has to wait.",
       whole_number(at(&Config::limits, &LimitsConfig::connect_failures_per_minute), 1, million)},
      {"limits.requests_per_second",
       "How many REST requests may come from one address in a second; backends: any number.",
       whole_number(at(&Config::limits, &LimitsConfig::requests_per_second), 1, million)},
      {"limits.requests_burst", "How many of them at once, after a pause.",
       whole_number(at(&Config::limits, &LimitsConfig::requests_burst), 1, million)},

      {"presence.offline_after", "How long after the last socket of a user is gone others see him OFFLINE.",
       duration(at(&Config::presence, &PresenceConfig::offline_after), 0ms, 10min)},

      {.key = "push.private_key",
       .help = "The key by which push services know this server (VAPID); without one there is no Web Push.",
       .value = text(at(&Config::push, &PushConfig::private_key), "a key as `mentara push-key` prints it", is_push_key),
       .secret = true},
      {"push.subject", "How those who run a push service reach whoever runs this server.",
       text(at(&Config::push, &PushConfig::subject), "a URL that begins with mailto: or https://", is_push_subject)},
      {"push.ttl", "How long a push service keeps a push for a browser that is not there.",
       duration(at(&Config::push, &PushConfig::ttl), 1s, 24h * 28)},
      {"push.delay", "How long after a notification it is looked whether its user has come back, before it is pushed.",
       duration(at(&Config::push, &PushConfig::delay), 0ms, 10min)},
      {"push.retry_delay", "How long after a failure a push is tried again; four times as long after the next.",
       duration(at(&Config::push, &PushConfig::retry_delay), 10ms, 1h)},
      {"push.ca_file", "A PEM file with who may sign the certificates of push services; empty: whom the system trusts.",
       text(at(&Config::push, &PushConfig::ca_file), "the path of a file", is_printable)},
      {"push.allow_insecure_endpoints",
       "Let clients name endpoints over http and in private networks; for tests, or where all clients are trusted.",
       boolean(at(&Config::push, &PushConfig::allow_insecure_endpoints))},

      {"replay.events_max", "How many missed events a device is sent when it returns; with more it has to reload.",
       whole_number(at(&Config::replay, &ReplayConfig::events_max), 1, million)},
      {"replay.age_max", "How old the first of them may be.",
       duration(at(&Config::replay, &ReplayConfig::age_max), 1s, 24h * 3650)},

      {"calls.ring_time", "How long a call rings before it is missed.",
       duration(at(&Config::calls, &CallsConfig::ring_time), 100ms, 10min)},
      {"calls.caller_grace", "A caller without a connection for this long while it rings has cancelled.",
       duration(at(&Config::calls, &CallsConfig::caller_grace), 100ms, 10min)},
      {"calls.reconnect_grace", "How long a call outlives the connection of a device that is in it.",
       duration(at(&Config::calls, &CallsConfig::reconnect_grace), 100ms, 10min)},

      {"ice.stun_urls", "The STUN servers that devices in a call are told of.",
       list(at(&Config::ice, &IceConfig::stun_urls), "URLs such as \"stun:stun.example.com:3478\"", is_stun_url)},
      {"ice.turn_urls", "The TURN servers that devices in a call are told of; they need ice.turn_secret.",
       list(at(&Config::ice, &IceConfig::turn_urls),
            "URLs such as \"turn:turn.example.com:3478?transport=udp\" or \"turns:turn.example.com:5349\"",
            is_turn_url)},
      {.key = "ice.turn_secret",
       .help = "The secret that the TURN servers share with this server (static-auth-secret of coturn).",
       .value =
           text(at(&Config::ice, &IceConfig::turn_secret), "at least 16 bytes that nobody can guess", is_turn_secret),
       .environment = "MENTARA_TURN_SECRET",
       .secret = true},
      {"ice.turn_ttl", "For how long the credentials of a device are good at a TURN server.",
       duration(at(&Config::ice, &IceConfig::turn_ttl), 1s, 24h * 30)},

      {.key = "database.url",
       .help =
           "The PostgreSQL database that several nodes share, such as "
           "postgres://mentara@db.example.com/mentara?sslmode=verify-full; without it, a file in the data directory.",
       .value = text(at(&Config::database, &DatabaseConfig::url), "a URL that begins with postgres:// or postgresql://",
                     is_database_url),
       .secret = true}, // it may hold a password
      {"database.statement_timeout", "How long PostgreSQL may take for one statement, and for a lock.",
       duration(at(&Config::database, &DatabaseConfig::statement_timeout), 100ms, 10min)},
      {"database.write_queue_max", "How many writes may wait; what comes on top is answered with `unavailable`.",
       whole_number(at(&Config::database, &DatabaseConfig::write_queue_max), 1, million)},
      {"database.read_queue_max", "How many reads may wait; what comes on top is answered with `unavailable`.",
       whole_number(at(&Config::database, &DatabaseConfig::read_queue_max), 1, million)},
      {"database.group_commit_max",
       "The most writes in one transaction that somebody waits for; as many others may go beside them.",
       whole_number(at(&Config::database, &DatabaseConfig::group_commit_max), 1, million)},

      {.key = "redis.url",
       .help = "The Redis that joins the nodes of a site that share a database, such as "
               "redis://mentara:PASSWORD@redis.example.com:6379; without it a node is alone.",
       .value = text(at(&Config::redis, &RedisConfig::url),
                     "a URL such as redis://USER:PASSWORD@HOST:PORT, or rediss:// for TLS", is_redis_url),
       .secret = true}, // it may hold a password
      {"redis.sentinels",
       "The Redis sentinels that know where the master is; the host of redis.url is then the name that they have for "
       "it.",
       list(at(&Config::redis, &RedisConfig::sentinels), "addresses such as \"10.0.0.1:26379\"", is_host_and_port)},
      {"redis.tls_authorities",
       "With rediss://: the file (PEM) with the certificates of those who may vouch for Redis. Without it those that "
       "the "
       "system trusts.",
       text(at(&Config::redis, &RedisConfig::tls_authorities), "a path", is_printable)},
      {"redis.key", "What the names of all channels begin with: several sites may share one Redis.",
       text(at(&Config::redis, &RedisConfig::key), "a text without #", is_redis_key)},
  };
}

} // namespace

const std::vector<Option>& options() {
  static const std::vector<Option> all = make_options();
  return all;
}

std::string environment_name(const Option& option) {
  if (!option.environment.empty()) return std::string(option.environment);
  std::string name = "MENTARA_";
  for (char c : option.key) name += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name;
}

std::vector<std::string> development_origins(std::uint16_t own_port) {
  std::vector<std::uint16_t> ports{3000, 3001, 4173, 4200, 5000, 5173, 5174, 8000, 8080, 8081};
  if (std::find(ports.begin(), ports.end(), own_port) == ports.end()) ports.push_back(own_port);
  std::vector<std::string> origins;
  for (const char* host : {"localhost", "127.0.0.1"}) {
    origins.push_back("http://" + std::string(host));
    for (std::uint16_t port : ports) origins.push_back("http://" + std::string(host) + ":" + std::to_string(port));
  }
  return origins;
}

} // namespace mentara
