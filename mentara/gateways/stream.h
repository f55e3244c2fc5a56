#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "mentara/domain/listener.h"
#include "mentara/services/sync_service.h"
#include "wire/base/pressure.h"

namespace mentara::gateways {

// One socket's place in the log: which durable events it is given, in the log's order and each once, and what its
// client has proven to have. It either reads the log (after connecting, or because it was too slow to be fed) or is fed
// what happens. A state machine: it decides, Feed does.
class Stream {
 public:
  using Position = storage::Position;

  Stream(Listener listener, Position begin) : listener_(std::move(listener)), sent_(begin) {}

  const Listener& listener() const { return listener_; }
  Position sent() const { return sent_; }            // everything up to here was given to the connection
  std::size_t replayed() const { return replayed_; } // what the client was given before it was told `complete`

  // --- reading: begins with the first read of what lies above sent() ---
  enum class Next {
    read,     // the next page, above sent()
    wait,     // until the connection has drained
    complete, // the replay is over: say so, once; from here on it is fed
    feed,     // likewise, after it had been too slow
  };
  enum class Row {
    give,
    own,  // its client sent it while it read, and has the answer
    skip, // it was there already
  };
  Row on_row(Position position, bool is_own);
  // The rows are out. `end`: nothing of his is missing up to there; `last`: nothing lay above it.
  Next on_page(Position end, bool last, wire::Pressure pressure);
  // True: read above sent().
  bool on_drained();

  // --- being fed ---
  enum class Verdict {
    send,
    skip, // it has it, or will find it in the log
    wait, // from here on until the connection has drained: it is too far behind to be fed
  };
  Verdict on_event(Position position, wire::Pressure pressure);
  // There may be rows up to here that nobody will tell of. True: read above sent().
  bool on_gap(Position position);

  // --- proof ---
  // What was sent last is proven by `receipt`; `delivered` when it was a message of somebody else.
  void on_asked(std::uint64_t receipt, std::optional<storage::Delivered> delivered);
  // True: it is the first proof since there was none that ripens. That the transport has it all is not yet proof that
  // the application does: when a client leaves, it drops what it has read and not yet told. So a proof has to ripen,
  // and that of a socket that left meanwhile is void.
  bool on_receipt(std::uint64_t receipt);
  // At each tick of a clock: what has been proven since before the last tick.
  std::optional<services::Proof> ripen();
  bool ripening() const { return received_ || ripe_; }

 private:
  enum class State : unsigned char { reading, waiting, fed };
  struct Unproven {
    std::uint64_t receipt;
    services::Proof proof;
  };

  const Listener listener_;
  Position sent_;
  Position told_ = 0; // the newest event that it was not given while it reads
  std::size_t replayed_ = 0;
  State state_ = State::reading;
  bool complete_ = false;                          // its first replay
  std::vector<Unproven> unproven_;                 // one that is on its way and one that waits, at most
  std::optional<services::Proof> received_, ripe_; // since the last tick, and before it
};

} // namespace mentara::gateways
