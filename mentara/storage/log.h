#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mentara/domain/id.h"
#include "mentara/domain/listener.h"
#include "mentara/domain/time.h"
#include "mentara/storage/keys.h"

// The log as those see it who listen: live delivery, replay, the offline queue and other devices are all "what lies
// above my position, in what concerns me?"
namespace mentara::storage {

// What a row tells. Stored numbers; never reuse one.
enum class LogType {
  message = 1,
  message_read = 2,
  conversation_created = 3,
  message_delivered = 4,
  message_updated = 10,
  message_deleted = 11,
  reaction_updated = 12,
  conversation_updated = 13,
  participant_joined = 14,
  participant_left = 15,
  participant_updated = 16,
  // Channel::NOTIFICATIONS
  notification = 20,
  notification_updated = 21,
  notification_deleted = 22,
  call_rejected = 40,
  call_ended = 41,
  call_missed = 42,
};

// What the log keeps of a socket's id (none: empty). Sockets are known to their own process alone, and so is the
// number: nobody can choose it, and to another process it says nothing.
std::optional<std::int64_t> origin_number(std::string_view socket_id);

struct LogRow {
  Position position = 0;
  LogType type{};
  std::string payload; // of the event as clients get it, without its cursor; see contract/durable.h
  // of a message:
  ConversationId conversation_id{};
  std::int64_t seq = 0;
  UserId sender_id{};
  std::optional<std::int64_t> origin{}; // the socket on which it was done, which has its answer
};

struct LogPage {
  std::vector<LogRow> rows; // positions rise
  Position end = 0;         // up to here nothing is missing
  bool last = true;         // nothing lay above when it was read
};

// What lies between a listener's place and the end of the log.
struct Missed {
  std::size_t count = 0; // not counted beyond what was asked
  UnixTime oldest{};     // when the first of them was written; 0: there are none
};

struct DevicePlace {
  Position position = 0;
  bool of_this_log = true; // false: the log's epoch has changed since, the position means nothing
};

// A user has received all messages of the conversation up to `seq`.
struct Delivered {
  ConversationId conversation_id;
  std::int64_t seq = 0;
  friend bool operator==(const Delivered&, const Delivered&) = default;
};

// A user hears what is said in his conversations while he is a member, and what is addressed to himself.
class LogReader {
 public:
  virtual ~LogReader() = default;

  virtual Position end_of_log() = 0; // in this snapshot
  virtual std::optional<DevicePlace> find_place(const Listener& listener) = 0;
  // The furthest place of any device of the user in the listener's channel: nobody has received what lies above.
  virtual Position furthest_place(const Listener& listener) = 0;
  virtual Missed missed(const Listener& listener, Position after, std::size_t count_max) = 0;
  // The page ends early when its payloads come to `bytes_max`; it has one row at least, if there is one.
  virtual LogPage page(const Listener& listener, Position after, std::size_t rows_max, std::size_t bytes_max) = 0;
  // Where that message stands; with a seq that is not yet reached, the newest one.
  virtual std::optional<Position> position_of(const Delivered& delivered) = 0;
};

struct DeliveredTo {
  ConversationKey conversation_key{};
  std::int64_t seq = 0;
};

// What is proven to have been received; of a transaction.
class DevicePlaces {
 public:
  virtual ~DevicePlaces() = default;

  // For a device that was never seen. Of the user's devices only the `devices_max` that moved last are kept.
  virtual void insert(const Listener& listener, Position position, UnixTime now, std::size_t devices_max) = 0;
  // Never back, unless the place was of another log.
  virtual void advance(const Listener& listener, Position position, UnixTime now) = 0;

  // The user's watermark in the conversation, at most its last seq. None: it stands there already, or he is no member.
  virtual std::optional<DeliveredTo> advance_delivered(const UserId& user, const Delivered& delivered) = 0;
};

} // namespace mentara::storage
