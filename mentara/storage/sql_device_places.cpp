#include "mentara/storage/sql_device_places.h"

namespace mentara::storage {

using sql::Rows;

#define PLACE_KEY "user_key = (SELECT user_key FROM users WHERE user_id = ?1) AND channel = ?2"

SqlDevicePlaces::SqlDevicePlaces(sql::Database& database)
    : insert_(database,
              "INSERT INTO device_places (user_key, channel, device_id, epoch, position, moved_at) "
              "SELECT u.user_key, ?2, ?3, s.epoch, ?4, ?5 FROM users u, log_state s WHERE u.user_id = ?1 "
              "ON CONFLICT DO NOTHING"),
      forget_oldest_(database, "DELETE FROM device_places WHERE " PLACE_KEY
                               " AND device_id IN (SELECT device_id FROM device_places WHERE " PLACE_KEY
                               " AND device_id <> ?3 ORDER BY moved_at DESC LIMIT 9223372036854775807 OFFSET ?4)"),
      advance_(database,
               "UPDATE device_places SET position = ?4, moved_at = ?5, epoch = (SELECT epoch FROM log_state) "
               "WHERE " PLACE_KEY " AND device_id = ?3 AND (position < ?4 OR epoch <> (SELECT epoch FROM log_state))"),
      advance_delivered_(
          database,
          "UPDATE members SET delivered_seq = min(?3, c.last_seq) FROM conversations c, users u "
          "WHERE c.conversation_id = ?1 AND u.user_id = ?2 AND members.conversation_key = c.conversation_key "
          "AND members.user_key = u.user_key AND members.delivered_seq < min(?3, c.last_seq) "
          "RETURNING members.conversation_key, members.delivered_seq") {}

void SqlDevicePlaces::insert(const Listener& listener, Position position, UnixTime now, std::size_t devices_max) {
  insert_.run(listener.user_id.value, listener.channel, listener.device_id.value, position, now.ms);
  forget_oldest_.run(listener.user_id.value, listener.channel, listener.device_id.value, devices_max - 1);
}

void SqlDevicePlaces::advance(const Listener& listener, Position position, UnixTime now) {
  advance_.run(listener.user_id.value, listener.channel, listener.device_id.value, position, now.ms);
}

std::optional<DeliveredTo> SqlDevicePlaces::advance_delivered(const UserId& user, const Delivered& delivered) {
  Rows row = advance_delivered_.query(delivered.conversation_id.value, user.value, delivered.seq);
  if (!row.next()) return std::nullopt;
  return DeliveredTo{row.as<ConversationKey>(0), row.integer(1)};
}

} // namespace mentara::storage
