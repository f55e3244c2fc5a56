#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <variant>
#include <vector>

#include "mentara/domain/callbacks.h"
#include "mentara/domain/time.h"
#include "mentara/events/event_bus.h"
#include "mentara/services/participant_service.h"
#include "mentara/storage/personal_data.h"
#include "mentara/storage/store.h"

namespace mentara::services {

// What a backend may ask about one user: all that is kept about him, and that it be forgotten. Both can be much, and
// are done in small steps, so that nobody else waits for them. Owned by the home loop.
class PersonalDataService {
 public:
  // `cut` ends what connects the user: called when it is stored that he is to be forgotten.
  PersonalDataService(storage::Store& store, events::EventBus& bus, const WallClock& clock,
                      ParticipantService& participants, wire::UniqueFunction<void(const UserId&)> cut);

  // `cursor`: the next_cursor of the page that came last; empty: from the beginning.
  void export_page(UserId user, std::string cursor, Done<storage::ExportPage> done);

  // Answered when it is certain to happen. His messages become tombstones, with their quotes and earlier texts; his
  // reactions, blocks, places and names go; he leaves every conversation that is not of two. Numbers stay.
  void erase(UserId user, Done<std::monostate> done);
  // What was begun and is not at its end, because the server was restarted or the database failed: call it at the start
  // and from time to time.
  void resume();

  // Users who are being forgotten or wait for it.
  std::size_t erasing() const { return waiting_.size(); }

 private:
  // The one at whose turn it is, and how far he is forgotten.
  struct Erasure {
    storage::UserKey key{};
    storage::ConversationKey named{};
    storage::Position traced = 0;
    std::size_t messages = 0, reactions = 0, conversations = 0;
  };

  void enlist(UserId user);
  void begin_next();
  void forget_profile();
  void forget_names();
  void find_traces();
  void erase_traces(storage::Traces traces);
  void leave_next();
  void finish();
  void postpone(const Failure& why);
  const UserId& user() const { return waiting_.front(); }

  storage::Store& store_;
  events::EventBus& bus_;
  const WallClock& clock_;
  ParticipantService& participants_;
  wire::UniqueFunction<void(const UserId&)> cut_;

  std::deque<UserId> waiting_; // the first is worked on, while working_
  bool working_ = false;
  Erasure erasure_{};
};

} // namespace mentara::services
