#pragma once

#include "mentara/storage/participants.h"
#include "mentara/storage/sql.h"
#include "mentara/storage/sql_log.h"
#include "mentara/storage/sql_users.h"
#include "wire/base/unique_function.h"

namespace mentara::storage {

class SqlParticipantChanges final : public ParticipantChanges {
 public:
  // `on_change` hears of each conversation that is another now, or has other members.
  SqlParticipantChanges(sql::Database& database, SqlLog& log, SqlUsers& users,
                        wire::UniqueFunction<void(ConversationKey)> on_change);

  Position add(const Membership& by, Member& member) override;
  Position remove(const Membership& by, const Membership& member) override;
  Position set_role(const Membership& by, const Membership& member, MemberRole role) override;
  std::optional<UserId> successor(ConversationKey conversation) override;
  std::size_t count(ConversationKey conversation) override;
  Position update(const Membership& by, const std::optional<std::string>& title,
                  const std::optional<std::string>& metadata, UnixTime at) override;
  void set_settings(const Membership& member, const Settings& settings) override;

 private:
  SqlLog& log_;
  SqlUsers& users_;
  wire::UniqueFunction<void(ConversationKey)> on_change_;
  sql::Statement add_, remember_, remove_, set_role_, first_, count_, update_, set_settings_;
};

} // namespace mentara::storage
