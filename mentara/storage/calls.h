#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mentara/domain/call.h"
#include "mentara/domain/call_machine.h"
#include "mentara/domain/user.h"
#include "mentara/storage/store.h"

// Calls as they are kept: with their times and how they ended. What is said in them is not.
namespace mentara::storage {

using CallKey = std::int64_t; // rises with each call; where lists are cut

struct ListedCall {
  CallKey key = 0;
  Call call;
};

// Which devices speak in a live call, and over which sockets.
struct CallSeats {
  DeviceId caller_device{};
  std::string caller_socket{};
  std::optional<DeviceId> callee_device{}; // none: nobody has answered
  std::string callee_socket{};
  std::string offer{}; // JSON; while it rings
  friend bool operator==(const CallSeats&, const CallSeats&) = default;
};

struct UnendedCall {
  Call call;
  User caller;
  // Of one that take_over() gives.
  std::optional<CallSeats> seats{}; // none: nobody can go on with it
  std::vector<CallMachine::Held> held{};
};

// The node of a site that keeps all calls.
struct CallKeeper {
  std::string node;
  std::chrono::milliseconds silent_for{}; // since it last said that it does
  bool connected = false;                 // its connection to the database lives
};

// A row of the log, for one of the two.
struct ToldEnd {
  CallSide to = CallSide::caller;
  Position position = 0;
};

class Calls {
 public:
  virtual ~Calls() = default;
  virtual std::optional<Call> find(const CallId& call) = 0;
  // His own, the newest first, below `before`.
  virtual std::vector<ListedCall> page(const UserId& user, CallKey before, std::size_t limit) = 0;
  // Those that a server that is no more was still holding.
  virtual std::vector<UnendedCall> unended() = 0;
  virtual bool share_conversation(const UserId& one, const UserId& other) = 0;
  virtual std::optional<CallKeeper> keeper() = 0;
};

class CallChanges {
 public:
  virtual ~CallChanges() = default;
  // False: the id is used.
  virtual bool insert(const Call& call) = 0;
  virtual void update(const Call& call) = 0; // its state, reason and times
  // Tells the two of an ended call how it ended (call_end_news); whoever is not there hears of it when he comes.
  virtual std::vector<ToldEnd> tell_end(const Call& call) = 0;
  // Of the reports of a side only the `reports_max` newest are kept.
  virtual void add_report(const CallId& call, CallSide side, const std::string& report, UnixTime at,
                          std::size_t reports_max) = 0;

  // --- in a site of several nodes ---
  // This process, which the others know as `node`, keeps the calls, or goes on to: as of which ms since 1970, by the
  // clock of the database. None: another one does, which has said so within `lease` and is connected.
  virtual std::optional<std::int64_t> keep(const std::string& node, std::chrono::milliseconds lease) = 0;
  virtual bool is_keeper() = 0;
  virtual void resign() = 0;
  // What the keepers before this one, and nodes that are no more, were still holding; from now on this process does.
  virtual std::vector<UnendedCall> take_over() = 0;
  virtual void set_seats(const CallId& call, const CallSeats& seats) = 0;
  virtual void add_held(const CallId& call, const CallMachine::Held& held) = 0;
  virtual void forget_held(const CallId& call) = 0;
  virtual void forget_seats(const CallId& call) = 0; // and what was held
};

} // namespace mentara::storage
