#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace load {

enum class Kind { echo, emit, fanout, connect, idle };
std::string_view to_string(Kind kind);

// How packets travel.
enum class Framing { websocket, deflate, polling };

// The command line, checked.
struct Options {
  Kind kind = Kind::echo;

  std::string host = "127.0.0.1";
  std::uint16_t port = 3001;
  std::string path = "/socket.io/";
  std::string nsp = "/";
  std::vector<std::string> auths; // JSON objects; connection i uses number i modulo their count; empty: no auth

  Framing framing = Framing::websocket;

  std::size_t connections = 100;
  std::size_t in_flight = 1; // echo, emit: on each connection; fanout, connect: in all
  double rate = 0; // echo, emit: operations begun a second, in all, whatever is answered; 0: a new one for each ack
  std::size_t senders = 1; // fanout
  std::size_t payload_bytes = 32;
  bool binary = false;            // echo: the argument is bytes
  std::string event;              // emit
  std::vector<std::string> datas; // emit: JSON values, shared out like auths
  std::string expect;             // emit: an ack without this text is a failed operation

  double warmup_s = 1;
  double measure_s = 5;
  double open_timeout_s = 60; // for all connections together
  std::size_t opening_max = 64;
  std::size_t source_addresses = 8; // 127.0.0.1, 127.0.0.2 …

  int server_pid = 0; // 0: not known
  bool json = false;
  bool quiet = false;
};

// The options, or the exit code when the command line was wrong (2) or asked for help (0); what there is to say has
// been printed.
std::variant<Options, int> parse_options(int argc, const char* const* argv);

} // namespace load
