#include "bench/load/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

#include "wire/base/json.h"

namespace load {
namespace {

const std::map<std::string, Kind> kinds = {{"echo", Kind::echo},
                                           {"emit", Kind::emit},
                                           {"fanout", Kind::fanout},
                                           {"connect", Kind::connect},
                                           {"idle", Kind::idle}};

const std::map<std::string, Framing> framings = {
    {"websocket", Framing::websocket}, {"deflate", Framing::deflate}, {"polling", Framing::polling}};

constexpr const char* description =
    R"(Load generator for Socket.IO servers (Engine.IO v4, Socket.IO v5).

  mentara_load MODE [OPTIONS]

Modes:
  echo     every connection keeps K events `echo` in flight, each with an ack that must bring the argument back
  emit     the same with any event, payload and namespace
  fanout   senders keep K events `broadcast` in flight; each must reach every connection as event `msg`
           (an operation is one delivery, a latency is from the emit to the last delivery)
  connect  K at a time: open, connect the namespace, disconnect, close, begin again
  idle     open the connections, wait, and read the memory that each costs the server)";

constexpr const char* examples = R"(Examples:
  node bench/peers/socketio_bench.mjs --port 4000 &
  mentara_load echo --port 4000 --connections 100 --in-flight 8 --server-pid $!
  mentara_load fanout --port 4000 --connections 1000 --in-flight 4 --payload 1000 --server-pid $!
  mentara_load idle --port 4000 --connections 10000 --seconds 3 --server-pid $!
  mentara_load emit --port 3001 --namespace /messaging --token-file tokens.txt --event message:send
      --data '{"conversationId":"conv-123","content":"hi","clientMessageId":"{{run}}-{{n}}"}' --expect '"success":true'

In --data, {{n}} is a number of ten digits that is different in every event of this run, {{run}} is a word that is
different in every run. Both belong inside a string.
Figures of a server on the same machine are only worth something when generator and server have a core each
(taskset -c 0, taskset -c 1), and when the generator's own share, which is reported, stays below 1 core.
Exit code: 0 measured, 1 the run failed, 2 bad usage.)";

std::string require_json(const std::string& text, const std::string& what) {
  if (wire::JsonParser{}.parse(text)) return text;
  throw CLI::ValidationError(what, "is not JSON: " + text);
}

std::string require_json_object(const std::string& text, const std::string& what) {
  wire::JsonParser parser;
  const auto value = parser.parse(text);
  if (value && value->is_object()) return text;
  throw CLI::ValidationError(what, "is not a JSON object: " + text);
}

std::vector<std::string> lines_of(const std::string& file_name) {
  std::ifstream file(file_name);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) lines.push_back(line);
  }
  if (lines.empty()) throw CLI::ValidationError(file_name, "holds no line");
  return lines;
}

std::string token_auth(const std::string& line) {
  if (line.front() == '{') return require_json_object(line, "--token-file");
  std::string auth;
  wire::JsonObjectWriter{auth}.member("token", line).end();
  return auth;
}

} // namespace

std::string_view to_string(Kind kind) {
  return std::find_if(kinds.begin(), kinds.end(), [kind](const auto& entry) { return entry.second == kind; })->first;
}

std::variant<Options, int> parse_options(int argc, const char* const* argv) {
  Options options;
  std::string mode, auth, token_file, data, data_file;
  std::string framing = "websocket";

  CLI::App app{description};
  app.footer(examples);
  app.get_formatter()->column_width(34);
  app.add_option("mode", mode, "echo, emit, fanout, connect or idle")->required()->check(CLI::IsMember(kinds));
  const auto positive = CLI::Range(std::size_t{1}, std::size_t{10'000'000});
  const auto duration = CLI::Range(0.0, 86'400.0);

  app.add_option("--host", options.host, "IPv4 address or name of the server")->capture_default_str();
  app.add_option("--port", options.port, "Its port")->capture_default_str();
  app.add_option("--path", options.path, "Path of Engine.IO")->capture_default_str();
  app.add_option("--namespace", options.nsp, "Namespace to connect")->capture_default_str();
  auto* auth_option = app.add_option("--auth", auth, "Auth payload of CONNECT, a JSON object");
  app.add_option("--token-file", token_file,
                 "A token a line, one for each connection in turn, sent as {\"token\":…}; a line that begins with { is "
                 "sent as it is")
      ->check(CLI::ExistingFile)
      ->excludes(auth_option);

  app.add_option("--connections", options.connections, "Connections to hold")->check(positive)->capture_default_str();
  app.add_option("--in-flight", options.in_flight,
                 "Operations begun and not yet done: on each connection (echo, emit) or in all (fanout, connect)")
      ->check(positive)
      ->capture_default_str();
  app.add_option(
         "--rate", options.rate,
         "echo, emit: begin so many operations a second in all, evenly, whatever has been answered (open loop); "
         "a latency counts from when the operation was due; --in-flight bounds those of a connection")
      ->check(CLI::Range(0.0, 10'000'000.0));
  app.add_option("--senders", options.senders, "fanout: connections that take turns in sending")
      ->check(positive)
      ->capture_default_str();
  app.add_option("--payload", options.payload_bytes, "echo, fanout: bytes of the argument, a string")
      ->check(CLI::Range(std::size_t{10}, std::size_t{1'000'000}))
      ->capture_default_str();
  app.add_flag("--binary", options.binary, "echo: the argument is bytes");
  app.add_option("--transport", framing,
                 "websocket, deflate (WebSocket with permessage-deflate) or polling (echo and emit alone; each client "
                 "has one connection, and posts and polls in turn)")
      ->check(CLI::IsMember(framings))
      ->capture_default_str();
  app.add_option("--event", options.event, "emit: name of the event");
  auto* data_option = app.add_option("--data", data, "emit: its argument, any JSON value");
  app.add_option("--data-file", data_file, "emit: an argument a line, one for each connection in turn")
      ->check(CLI::ExistingFile)
      ->excludes(data_option);
  app.add_option("--expect", options.expect, "emit: text that an ack must hold, or the operation counts as failed");

  app.add_option("--warmup", options.warmup_s, "Seconds of load before the measurement")
      ->check(duration)
      ->capture_default_str();
  app.add_option("--seconds", options.measure_s, "Seconds of measurement; idle: seconds to wait")
      ->check(CLI::Range(0.1, 86'400.0))
      ->capture_default_str();
  app.add_option("--open-timeout", options.open_timeout_s, "Seconds in which all connections must be open")
      ->check(duration)
      ->capture_default_str();
  app.add_option("--opening", options.opening_max, "Connections that are being opened at a time")
      ->check(positive)
      ->capture_default_str();
  app.add_option("--source-addresses", options.source_addresses,
                 "Loopback only: addresses 127.0.0.1, 127.0.0.2 … to connect from; each allows some 28,000 connections")
      ->check(CLI::Range(std::size_t{1}, std::size_t{254}))
      ->capture_default_str();
  app.add_option("--server-pid", options.server_pid,
                 "Process id of the server: its CPU time and memory are read from /proc")
      ->check(CLI::PositiveNumber);
  app.add_flag("--json", options.json, "Print the result as one JSON object");
  app.add_flag("--quiet", options.quiet, "No progress on stderr");

  try {
    app.parse(argc, argv);
    options.kind = kinds.at(mode);
    options.framing = framings.at(framing);
    const bool asks = options.kind == Kind::echo || options.kind == Kind::emit;
    if (options.framing == Framing::polling && !asks) {
      throw CLI::ValidationError("--transport", "polling belongs to modes echo and emit");
    }
    if (options.rate > 0 && !asks) throw CLI::ValidationError("--rate", "belongs to modes echo and emit");
    if (options.binary && (options.kind != Kind::echo || options.framing != Framing::websocket)) {
      throw CLI::ValidationError("--binary", "belongs to mode echo over a plain websocket");
    }
    if (options.nsp.empty() || options.nsp[0] != '/') options.nsp.insert(0, "/");
    if (!auth.empty()) options.auths = {require_json_object(auth, "--auth")};
    if (!token_file.empty()) {
      for (const std::string& line : lines_of(token_file)) options.auths.push_back(token_auth(line));
    }
    if (!data.empty()) options.datas = {require_json(data, "--data")};
    if (!data_file.empty()) {
      for (const std::string& line : lines_of(data_file)) options.datas.push_back(require_json(line, "--data-file"));
    }
    if ((options.kind == Kind::emit) == options.event.empty()) {
      throw CLI::ValidationError("--event", "names the event of mode emit, and belongs to no other mode");
    }
    if (options.kind == Kind::fanout && options.senders > options.connections) {
      throw CLI::ValidationError("--senders", "there cannot be more senders than connections");
    }
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return options;
}

} // namespace load
