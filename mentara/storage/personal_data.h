#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mentara/storage/store.h"

// What is kept about one user: to be told to him, and to be forgotten.
namespace mentara::storage {

// Some of what is kept, of one kind.
struct ExportPage {
  std::string section;
  std::string items;         // JSON array of objects, maybe empty
  std::string next_cursor{}; // empty: that was all
};

// What he left in conversations, member or not: in a stretch of the log.
struct Traces {
  std::vector<MessageId> written{};
  std::vector<std::pair<MessageId, std::string>> reactions{}; // emoji
  Position end = 0;                                           // everything up to here was looked at
  bool last = false;                                          // nothing lies above
};

class PersonalData {
 public:
  virtual ~PersonalData() = default;

  virtual std::optional<UserKey> find_user(const UserId& user) = 0;
  // None: the cursor is none of ours. Empty: from the beginning.
  virtual std::optional<ExportPage> export_page(UserKey user, std::string_view cursor) = 0;
  virtual Traces traces(UserKey user, Position after, std::size_t messages_max) = 0;
  // In the order in which they were begun.
  virtual std::vector<UserId> unfinished_erasures() = 0;
};

class PersonalDataChanges {
 public:
  virtual ~PersonalDataChanges() = default;

  // From here on it is known that he is to be forgotten, until end_erasure().
  virtual void begin_erasure(UserKey user, UnixTime now) = 0;
  virtual void end_erasure(UserKey user) = 0;
  // What belongs to him alone: his profile, the places of his devices, whom he blocks, his settings, what he was
  // notified of. True: there may be more.
  virtual bool forget_profile(UserKey user) = 0;
  // His name in the rows that tell of the creation of his conversations; of so many, above `after`. None: those were
  // all.
  virtual std::optional<ConversationKey> forget_names(UserKey user, ConversationKey after,
                                                      std::size_t conversations_max) = 0;
  // A message that was deleted long ago: its row in the log still has the sender's name.
  virtual void forget_sender(const Message& tombstone) = 0;
};

} // namespace mentara::storage
