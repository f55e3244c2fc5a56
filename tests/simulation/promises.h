#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/simulation/history.h"
#include "tests/simulation/shared_database.h"
#include "wire/base/json.h"

namespace mentara::simulation {

// The promises I1 to I9, checked from what clients asked, were told and saw, and at the end from what the database
// holds. It knows the contract, and nothing of how the server keeps it.
class Promises {
 public:
  Promises(const Scheduler& time, History& history) : time_(time), history_(history) {}

  const std::vector<std::string>& broken() const { return broken_; }
  void break_one(std::string which); // also of the world: what did not come back in time

  // --- devices ---
  enum class Space { messaging, calls, notifications }; // the namespaces
  static constexpr std::size_t spaces = 3;
  std::size_t add_device(const std::string& user, const std::string& device, const std::vector<Space>& where);

  // A connection of a device; its `connected` names the place where what it is told begins.
  void on_connected(std::size_t device, Space space, const std::string& socket, std::int64_t place);
  void on_complete(std::size_t device, Space space, std::int64_t position);
  void on_reset(std::size_t device, Space space, std::int64_t position);
  void on_event(std::size_t device, Space space, std::string_view name, wire::JsonView payload, std::string_view raw);

  // --- sends ---
  void on_send(const std::string& user, const std::string& client_message_id, const std::string& conversation,
               const std::string& content);
  void on_sent(std::size_t device, const std::string& client_message_id, wire::JsonView message, bool duplicate);
  void on_refused(const std::string& client_message_id, std::string_view code); // for good
  void on_blocked(const std::string& by, const std::string& whom);              // from now on
  void on_unblocking(const std::string& by, const std::string& whom);           // maybe from now on
  void on_direct(const std::string& conversation, const std::string& one, const std::string& other);

  // --- the end: all is healed and at rest ---
  void check_database(SharedDatabase& database);
  // All of a conversation as one of its members is shown it.
  void check_fetched(const std::string& user, const std::string& conversation, wire::JsonView messages);

 private:
  struct Seen {
    std::int64_t order; // of all that the device was given
    std::string name;
  };
  struct Place { // of a device in one namespace
    bool has_begun = false;
    std::int64_t begin = 0;   // what lies at or below need not be told
    std::int64_t excused = 0; // likewise, since a reset
    std::int64_t last = 0;    // on this connection
    std::set<std::string> sockets{};
    std::map<std::int64_t, Seen> seen{};
    std::vector<std::pair<std::int64_t, std::int64_t>> completes{}; // position, order
  };
  struct Device {
    std::string user, name;
    Place places[spaces];
    std::vector<Space> where{};                          // it listens
    std::set<std::string> acked{};                       // messages
    std::map<std::string, std::int64_t> received_seqs{}; // by conversation: the highest
  };
  struct Send {
    std::string user, conversation, content;
    TimePoint first_asked;
    std::string message_id{}; // as acknowledged
    std::int64_t seq = 0;
    std::string refused{}; // for good, with this code
  };
  struct Event { // as it was told first
    std::string name;
    std::uint64_t hash;
  };
  struct Kept { // a message, in the database
    std::string id, conversation, sender, client_message_id, content;
    std::int64_t seq = 0;
    bool is_deleted = false;
  };
  struct Row { // of the log
    std::int64_t position = 0, type = 0;
    std::optional<std::string> conversation{}; // none: of one user alone
    std::string user{};
    std::int64_t channel = 0;
    std::string message_id{};
    std::optional<std::int64_t> origin{};
  };

  std::string where(const Device& device) const { return device.user + "/" + device.name; }
  void look_at_message(const Device& device, wire::JsonView payload, std::int64_t position);
  void look_at_watermark(std::string_view name, wire::JsonView payload);
  void check_log(SharedDatabase& database);
  void check_messages(SharedDatabase& database);
  void check_devices(SharedDatabase& database);
  void check_device(const Device& device, Space space, const std::vector<const Row*>& expected);
  void check_watermarks(SharedDatabase& database);
  void check_calls(SharedDatabase& database);

  const Scheduler& time_;
  History& history_;
  std::vector<std::string> broken_;
  std::vector<Device> devices_;
  std::int64_t order_ = 0;
  std::map<std::string, Send> sends_;
  std::map<std::int64_t, Event> events_[spaces];                           // by position
  std::map<std::pair<std::string, std::int64_t>, std::string> message_at_; // by conversation and seq
  std::map<std::string, std::string> message_of_;                          // by clientMessageId
  std::map<std::pair<std::string, std::string>, TimePoint> blocked_since_; // by, whom
  std::map<std::string, std::pair<std::string, std::string>> directs_;     // who is in them
  std::map<std::string, std::string> ends_;                                // of calls, as told first
  std::vector<Row> rows_;
  std::map<std::string, std::vector<Kept>> kept_; // by conversation, by seq
};

} // namespace mentara::simulation
