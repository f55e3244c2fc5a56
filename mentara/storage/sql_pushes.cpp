#include "mentara/storage/sql_pushes.h"

namespace mentara::storage {

SqlPushes::SqlPushes(sql::Database& database)
    : subscriptions_(database,
                     "SELECT s.endpoint, s.p256dh, s.auth, s.created_at FROM users u "
                     "JOIN push_subscriptions s ON s.user_key = u.user_key WHERE u.user_id = ?1 "
                     "ORDER BY s.subscription_key"),
      sent_(database,
            "SELECT s.notification_id, s.topic FROM users u JOIN sent_pushes s ON s.user_key = u.user_key "
            "WHERE u.user_id = ?1 AND s.until > ?2 ORDER BY s.until, s.topic") {}

std::vector<PushSubscription> SqlPushes::subscriptions(const UserId& user) {
  std::vector<PushSubscription> subscriptions;
  sql::Rows row = subscriptions_.query(user.value);
  while (row.next()) subscriptions.push_back({row.text(0), row.text(1), row.text(2), {row.integer(3)}});
  return subscriptions;
}

std::vector<SentPush> SqlPushes::sent(const UserId& user, UnixTime now) {
  std::vector<SentPush> sent;
  sql::Rows row = sent_.query(user.value, now.ms);
  while (row.next()) sent.push_back({{row.text(0)}, row.text(1)});
  return sent;
}

#define USER_KEY "(SELECT user_key FROM users WHERE user_id = ?1)"

SqlPushChanges::SqlPushChanges(sql::Database& database, SqlUsers& users)
    : users_(users),
      insert_(database,
              "INSERT INTO push_subscriptions (user_key, endpoint, p256dh, auth, created_at) "
              "VALUES (?1, ?2, ?3, ?4, ?5)"),
      unsubscribe_(database, "DELETE FROM push_subscriptions WHERE user_key = " USER_KEY " AND endpoint = ?2"),
      remove_(database, "DELETE FROM push_subscriptions WHERE endpoint = ?1"),
      note_sent_(database,
                 "INSERT INTO sent_pushes (user_key, topic, notification_id, until) VALUES (?1, ?2, ?3, ?4) "
                 "ON CONFLICT (user_key, topic) DO UPDATE SET notification_id = excluded.notification_id, "
                 "until = excluded.until"),
      forget_sent_(database, "DELETE FROM sent_pushes WHERE user_key = " USER_KEY " AND topic = ?2"),
      forget_sent_before_(database, "DELETE FROM sent_pushes WHERE until <= ?1") {}

void SqlPushChanges::subscribe(const UserId& user, const PushSubscription& subscription) {
  remove_.run(subscription.endpoint);
  User known{user};
  insert_.run(users_.ensure(known), subscription.endpoint, subscription.user_key, subscription.auth_secret,
              subscription.created_at.ms);
}

void SqlPushChanges::unsubscribe(const UserId& user, const std::string& endpoint) {
  unsubscribe_.run(user.value, endpoint);
}

void SqlPushChanges::remove(const std::string& endpoint) { remove_.run(endpoint); }

void SqlPushChanges::note_sent(const UserId& user, const SentPush& push, UnixTime until) {
  User known{user};
  note_sent_.run(users_.ensure(known), push.topic, push.notification_id.value, until.ms);
}

void SqlPushChanges::forget_sent(const UserId& user, const std::string& topic) { forget_sent_.run(user.value, topic); }

void SqlPushChanges::forget_sent_before(UnixTime now) { forget_sent_before_.run(now.ms); }

} // namespace mentara::storage
