#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "wire/base/random.h"
#include "wire/base/time.h"
#include "wire/base/unique_function.h"
#include "wire/net/timing_wheel.h"
#include "wire/sio/payload.h"

namespace wire::sio {

// A socket as other loops and nodes may know it.
struct RemoteSocket {
  std::string id;
  std::string handshake; // JSON, see Handshake::to_json()
  std::vector<std::string> rooms;
  std::string data; // JSON
};

// Whether everybody answered (reads as a bool); else time was up, or somebody left, and so many are missing.
struct Completeness {
  std::size_t servers_missing = 0; // loops and nodes; all nodes that cannot be counted, since Redis is away, are one
  std::size_t clients_missing = 0; // of the servers that answered

  constexpr operator bool() const { return servers_missing == 0 && clients_missing == 0; }
};

// Called once, with what came. An answer is the first argument of a client's ack.
using AnswersHandler = UniqueFunction<void(Completeness complete, const std::vector<Payload>& answers)>;
// The same for a node that gathers what others send it: how many clients were asked, once, and each answer as it comes.
struct AnswersRelay {
  UniqueFunction<void(std::size_t clients)> on_clients;
  UniqueFunction<void(Payload answer)> on_answer;
};
using SocketsHandler = UniqueFunction<void(Completeness complete, const std::vector<RemoteSocket>& sockets)>;

// What one loop asked of all loops and waits for. Answers may come in any order, each server says first how many.
class Requests {
 public:
  explicit Requests(net::TimingWheel& timers);
  ~Requests();

  std::uint64_t begin_broadcast(std::size_t servers, TimePoint deadline, AnswersHandler handler);
  std::uint64_t begin_relay(std::size_t servers, TimePoint deadline, AnswersRelay relay);
  std::uint64_t begin_fetch(std::size_t servers, TimePoint deadline, SocketsHandler handler);

  // Unknown ids are of requests that have ended.
  void on_clients(std::uint64_t id, std::size_t count); // one server will bring so many answers
  void on_answer(std::uint64_t id, Payload answer);
  void on_no_answer(std::uint64_t id); // the client left
  void on_sockets(std::uint64_t id, std::vector<RemoteSocket> sockets);
  // One that was counted stands for so many, maybe none, or cannot be asked.
  void on_servers_counted(std::uint64_t id, std::size_t servers);
  void on_no_server(std::uint64_t id);

 private:
  struct Pending;
  Pending& begin(std::size_t servers, TimePoint deadline);
  Pending* find(std::uint64_t id);
  void finish_if_complete(Pending& pending);
  void finish(std::uint64_t id);

  net::TimingWheel& timers_;
  std::uint64_t next_id_ = random_u64(); // answers to one that is gone must not meet its successor
  std::unordered_map<std::uint64_t, std::unique_ptr<Pending>> pending_;
};

} // namespace wire::sio
