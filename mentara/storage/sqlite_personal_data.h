#pragma once

#include <vector>

#include "mentara/storage/personal_data.h"
#include "mentara/storage/sqlite.h"

namespace mentara::storage {

class SqlitePersonalData final : public PersonalData {
 public:
  explicit SqlitePersonalData(sqlite::Database& database) : database_(database) {}

  std::optional<UserKey> find_user(const UserId& user) override;
  std::optional<ExportPage> export_page(UserKey user, std::string_view cursor) override;
  Traces traces(UserKey user, Position after, std::size_t messages_max) override;
  std::vector<UserId> unfinished_erasures() override;

 private:
  sqlite::Database& database_; // asked too rarely for prepared statements on every connection
};

class SqlitePersonalDataChanges final : public PersonalDataChanges {
 public:
  explicit SqlitePersonalDataChanges(sqlite::Database& database) : database_(database) {}

  void begin_erasure(UserKey user, UnixTime now) override;
  void end_erasure(UserKey user) override;
  bool forget_profile(UserKey user) override;
  std::optional<ConversationKey> forget_names(UserKey user, ConversationKey after,
                                              std::size_t conversations_max) override;
  void forget_sender(const Message& tombstone) override;

 private:
  sqlite::Database& database_;
};

} // namespace mentara::storage
