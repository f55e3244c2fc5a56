#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mentara/domain/call.h"
#include "mentara/domain/user.h"
#include "mentara/storage/store.h"

// Calls as they are kept: with their times and how they ended. What is said in them is not.
namespace mentara::storage {

using CallKey = std::int64_t; // rises with each call; where lists are cut

struct ListedCall {
  CallKey key = 0;
  Call call;
};

struct UnendedCall {
  Call call;
  User caller;
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
};

} // namespace mentara::storage
