#pragma once

#include <utility>
#include <vector>

#include "mentara/storage/personal_data.h"
#include "mentara/storage/sql.h"
#include "wire/base/unique_function.h"

namespace mentara::storage {

class SqlPersonalData final : public PersonalData {
 public:
  explicit SqlPersonalData(sql::Database& database) : database_(database) {}

  std::optional<UserKey> find_user(const UserId& user) override;
  std::optional<ExportPage> export_page(UserKey user, std::string_view cursor) override;
  Traces traces(UserKey user, Position after, std::size_t messages_max) override;
  std::vector<UserId> unfinished_erasures() override;

 private:
  sql::Database& database_; // asked too rarely for prepared statements on every connection
};

class SqlPersonalDataChanges final : public PersonalDataChanges {
 public:
  // `on_change` hears of it when a user is another one, in any of his conversations.
  SqlPersonalDataChanges(sql::Database& database, wire::UniqueFunction<void()> on_change)
      : database_(database), on_change_(std::move(on_change)) {}

  void begin_erasure(UserKey user, UnixTime now) override;
  void end_erasure(UserKey user) override;
  bool forget_profile(UserKey user) override;
  std::optional<ConversationKey> forget_names(UserKey user, ConversationKey after,
                                              std::size_t conversations_max) override;
  void forget_sender(const Message& tombstone) override;

 private:
  sql::Database& database_;
  wire::UniqueFunction<void()> on_change_;
};

} // namespace mentara::storage
