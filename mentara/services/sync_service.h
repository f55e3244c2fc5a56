#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "mentara/domain/callbacks.h"
#include "mentara/domain/cursor.h"
#include "mentara/domain/listener.h"
#include "mentara/domain/time.h"
#include "mentara/events/event_bus.h"
#include "mentara/limits.h"
#include "mentara/services/shared_places.h"
#include "mentara/storage/store.h"

// Where a device stands in the log, what lies above, and what is proven to have been received.
namespace mentara::services {

// Why a device is not told what it missed, but has to load it anew.
enum class ResetReason {
  too_many,       // more events were missed than a replay may have
  too_old,        // the first of them is older than a replay may reach back
  invalid_cursor, // the client's own cursor is none of ours
  epoch_changed,  // the place is one in another log: a backup was restored
};
std::string_view to_string(ResetReason reason);

struct Opened {
  Cursor cursor; // where the device's replay begins
  std::optional<ResetReason> reset{};
};

// What a device has proven to have.
struct Proof {
  storage::Position position = 0; // everything up to here
  std::vector<storage::Delivered> delivered{};

  void add(storage::Delivered news);
};

// Owned by the home loop.
class SyncService {
 public:
  struct Limits {
    std::size_t replayed_events_max = limits::replayed_events_max;
    std::chrono::milliseconds replayed_age_max = limits::replayed_age_max;
  };

  // `proofs_wait` is called when proofs have come and wait for flush(): call that a moment later. So a busy device
  // costs no write for each of its proofs.
  SyncService(storage::Store& store, events::EventBus& bus, const WallClock& clock, Limits limits,
              wire::UniqueFunction<void()> proofs_wait, std::function<wire::TimePoint()> now = wire::Clock::now);

  // A device begins to listen on a socket. `client_cursor`: its own; empty: it goes on from the place that we keep for
  // it, which is made when it was never seen.
  void open(Listener listener, std::string socket_id, std::string client_cursor, Done<Opened> done);
  void close(const Listener& listener, const std::string& socket_id); // also when it was refused or never came to be
  // What lies above `after`.
  void read(Listener listener, storage::Position after, Done<storage::LogPage> done);

  void prove(const Listener& listener, const std::string& socket_id, Proof proof);
  // A client says itself what it has; it can have no more of its stream than was `sent`.
  std::optional<Failure> acknowledge(const Listener& listener, const std::string& socket_id, std::string_view cursor,
                                     storage::Position sent);
  void deliver(Listener listener, std::string socket_id, storage::Delivered delivered, storage::Position sent,
               Done<std::monostate> done);
  void flush();

 private:
  struct Proofs {
    std::map<Listener, storage::Position> places;
    std::map<std::pair<UserId, ConversationId>, std::int64_t> delivered; // seq
    bool empty() const { return places.empty() && delivered.empty(); }
    std::size_t size() const { return places.size() + delivered.size(); }
    void add(Proofs others);
    // Those of the first users, `count` or a few more: what one user's devices prove is stored together, since a device
    // whose place is kept is not given again what was not yet said to be delivered.
    Proofs take(std::size_t count);
  };

  void begin_reads();
  void end_read();
  void store(Proofs proofs);

  storage::Store& store_;
  events::EventBus& bus_;
  const WallClock& clock_;
  const Limits limits_;
  wire::UniqueFunction<void()> proofs_wait_;
  const std::function<wire::TimePoint()> now_;

  // Only so many reads are handed to the store at a time: ten thousand devices that come back at once must not keep
  // anybody else's questions waiting.
  std::deque<wire::UniqueFunction<void()>> waiting_reads_;
  std::size_t reads_ = 0;

  SharedPlaces shared_;
  Proofs proofs_;           // to be stored
  std::size_t storing_ = 0; // writes that are on their way
};

} // namespace mentara::services
