#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "wire/base/hash.h"
#include "wire/base/limits.h"
#include "wire/base/time.h"
#include "wire/sio/adapter.h"
#include "wire/sio/payload.h"

namespace wire::sio {

// Connection state recovery: a client that lost its connection comes back with its id, its rooms, its data and the
// events that it missed. Events then carry an *offset*, their place in the namespace's log, as their last argument.
struct ConnectionStateRecovery {
  Duration max_disconnection_duration = limits::max_disconnection_duration;
  // Socket.IO's default is true. Here middlewares run again, so that nobody whose rights were withdrawn in the meantime
  // comes back (threats E19).
  bool skip_middlewares = false;
  std::size_t log_bytes_max = limits::recovery_log_bytes_max; // the oldest go first
  std::size_t session_bytes_max = limits::recovery_session_bytes_max;
};

// What is kept of a socket that may come back.
struct RecoverySession {
  std::string sid;
  std::string pid;                // a secret, unlike sid
  std::vector<std::string> rooms; // the one with its id first
  std::string data;
  int loop = 0;             // where it was
  std::uint64_t offset = 0; // of the event that the client saw last; known once it came back
  TimePoint until{};
};

struct LoggedEvent {
  std::uint64_t offset;
  TimePoint at;
  EncodedEvent event;
  BroadcastOptions options;
  int loop; // which it concerns alone, or RecoveryLog::every_loop
  std::size_t bytes;
};

// The events of one namespace in the order in which every loop delivers them, and the sessions that wait. Loops share
// it: any thread may call; only servers with recovery have one, so that others pay nothing.
//
// One order for all loops is what makes a return exact: a loop that is at offset n has sent everything up to n to its
// own sockets, so a client that saw m and returns there is owed those between, and the rest comes live.
class RecoveryLog {
 public:
  static constexpr int every_loop = -1;

  RecoveryLog(std::string nsp, const ConnectionStateRecovery& options, Parser parser = Parser::standard);

  void add_loop(int loop); // from here on it must take what is appended
  void remove_loop(int loop);

  void append(std::string_view event, const Payload& payload, const BroadcastOptions& options, int loop, TimePoint now);
  // The next event that concerns the loop and that it has not taken yet.
  std::shared_ptr<const LoggedEvent> next(int loop);

  void save(RecoverySession session, TimePoint now); // until max_disconnection_duration from now
  void put_back(RecoverySession session);            // it was taken, but the client went away again
  // The session of that secret, which is then no longer here, if the log still reaches back to `offset`.
  std::optional<RecoverySession> take(std::string_view pid, std::string_view offset, TimePoint now);
  // What its client missed, as far as `loop` has come. None: the log does not reach back any more, or it is too much.
  std::optional<std::vector<std::shared_ptr<const LoggedEvent>>> missed(const RecoverySession& session, int loop,
                                                                        std::size_t bytes_max) const;

  std::size_t event_count() const;
  std::size_t session_count() const;

 private:
  std::optional<std::uint64_t> parse_offset(std::string_view text) const;
  bool reaches(std::uint64_t offset) const { return offset >= first_ - 1 && offset < first_ + events_.size(); }
  void trim(TimePoint now);
  void add(RecoverySession session);
  void expire(TimePoint now);

  // constant after construction
  const std::string nsp_;
  const Parser parser_;
  const ConnectionStateRecovery options_;
  const std::string epoch_; // begins each offset, so that no text of the application's is taken for one

  // any thread, under the lock
  mutable std::mutex mutex_;
  std::deque<std::shared_ptr<const LoggedEvent>> events_;
  std::uint64_t first_ = 1; // the offset of events_.front()
  std::size_t event_bytes_ = 0;
  std::map<int, std::uint64_t> taken_;  // by loop: the offset up to which it has come
  std::list<RecoverySession> sessions_; // the oldest first
  std::unordered_map<std::string_view, std::list<RecoverySession>::iterator, SeededHash> by_pid_;
  std::size_t session_bytes_ = 0;
};

// The logs of a server's namespaces, shared by the servers of all loops of a process. Any thread.
class RecoveryStore {
 public:
  // The namespace's log, made when no loop has it yet; it lives as long as some loop has it.
  std::shared_ptr<RecoveryLog> log(const std::string& nsp, const ConnectionStateRecovery& options,
                                   Parser parser = Parser::standard);

 private:
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<RecoveryLog>> logs_;
};

} // namespace wire::sio
