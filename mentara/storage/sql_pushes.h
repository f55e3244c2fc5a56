#pragma once

#include "mentara/storage/pushes.h"
#include "mentara/storage/sql.h"
#include "mentara/storage/sql_users.h"

namespace mentara::storage {

class SqlPushes final : public Pushes {
 public:
  explicit SqlPushes(sql::Database& database);
  std::vector<PushSubscription> subscriptions(const UserId& user) override;
  std::vector<SentPush> sent(const UserId& user, UnixTime now) override;

 private:
  sql::Statement subscriptions_, sent_;
};

class SqlPushChanges final : public PushChanges {
 public:
  SqlPushChanges(sql::Database& database, SqlUsers& users);
  void subscribe(const UserId& user, const PushSubscription& subscription) override;
  void unsubscribe(const UserId& user, const std::string& endpoint) override;
  void remove(const std::string& endpoint) override;
  void note_sent(const UserId& user, const SentPush& push, UnixTime until) override;
  void forget_sent(const UserId& user, const std::string& topic) override;
  void forget_sent_before(UnixTime now) override;

 private:
  SqlUsers& users_;
  sql::Statement insert_, unsubscribe_, remove_, note_sent_, forget_sent_, forget_sent_before_;
};

} // namespace mentara::storage
