#include "mentara/storage/sql_participants.h"

#include <utility>

#include "mentara/storage/stored_number.h"

namespace mentara::storage {

SqlParticipantChanges::SqlParticipantChanges(sql::Database& database, SqlLog& log, SqlUsers& users,
                                             wire::UniqueFunction<void(ConversationKey)> on_change)
    : log_(log),
      users_(users),
      on_change_(std::move(on_change)),
      add_(database,
           "INSERT INTO members (conversation_key, user_key, ordinal, role, joined_at, joined_seq, joined_position, "
           "delivered_seq, read_seq) SELECT ?1, ?2, "
           "(SELECT coalesce(max(ordinal), 0) + 1 FROM members WHERE conversation_key = ?1), "
           "?3, ?4, ?5, ?6, ?5, ?5"),
      remember_(database,
                "INSERT INTO past_members (user_key, conversation_key, joined_position, left_position) "
                "SELECT user_key, conversation_key, joined_position, ?3 FROM members "
                "WHERE conversation_key = ?1 AND user_key = ?2"),
      remove_(database, "DELETE FROM members WHERE conversation_key = ?1 AND user_key = ?2"),
      set_role_(database, "UPDATE members SET role = ?3 WHERE conversation_key = ?1 AND user_key = ?2"),
      first_(database,
             "SELECT u.user_id, m.role FROM members m JOIN users u ON u.user_key = m.user_key "
             "WHERE m.conversation_key = ?1 ORDER BY m.role, m.ordinal LIMIT 1"),
      count_(database, "SELECT count(*) FROM members WHERE conversation_key = ?1"),
      update_(database,
              "UPDATE conversations SET title = coalesce(?2, title), metadata = coalesce(?3, metadata), "
              "updated_at = ?4 WHERE conversation_key = ?1"),
      set_settings_(database,
                    "UPDATE members SET muted = ?3, muted_until = ?4, archived = ?5, pinned = ?6 "
                    "WHERE conversation_key = ?1 AND user_key = ?2") {}

Position SqlParticipantChanges::add(const Membership& by, Member& member) {
  const UserKey user = users_.ensure(member.user);
  member.joined_seq = member.delivered_seq = member.read_seq = by.last_seq;
  add_.run(by.conversation_key, user, stored_number(member.role), member.joined_at.ms, member.joined_seq,
           log_.position());
  on_change_(by.conversation_key);
  return log_.append(
      by.conversation_key, LogType::participant_joined,
      participant_payload(by.conversation_id, member.user.id, member.role, member.joined_at, by.user.id));
}

Position SqlParticipantChanges::remove(const Membership& by, const Membership& member) {
  const Position position =
      log_.append(by.conversation_key, LogType::participant_left,
                  participant_payload(by.conversation_id, member.user.id, member.role, member.joined_at, by.user.id));
  remember_.run(member.conversation_key, member.user_key, position);
  remove_.run(member.conversation_key, member.user_key);
  on_change_(member.conversation_key);
  log_.set_origin(std::nullopt); // the answer says nothing of what follows from it
  return position;
}

Position SqlParticipantChanges::set_role(const Membership& by, const Membership& member, MemberRole role) {
  set_role_.run(member.conversation_key, member.user_key, stored_number(role));
  on_change_(member.conversation_key);
  return log_.append(by.conversation_key, LogType::participant_updated,
                     participant_payload(by.conversation_id, member.user.id, role, member.joined_at, by.user.id));
}

std::optional<UserId> SqlParticipantChanges::successor(ConversationKey conversation) {
  static_assert(stored_number(MemberRole::ADMIN) < stored_number(MemberRole::MODERATOR) &&
                stored_number(MemberRole::MODERATOR) < stored_number(MemberRole::MEMBER));
  sql::Rows row = first_.query(conversation);
  if (!row.next() || row.as<MemberRole>(1) == MemberRole::ADMIN) return std::nullopt;
  return UserId{row.text(0)};
}

std::size_t SqlParticipantChanges::count(ConversationKey conversation) {
  sql::Rows row = count_.query(conversation);
  row.next();
  return static_cast<std::size_t>(row.integer(0));
}

Position SqlParticipantChanges::update(const Membership& by, const std::optional<std::string>& title,
                                       const std::optional<std::string>& metadata, UnixTime at) {
  update_.run(by.conversation_key, title, metadata, at.ms);
  on_change_(by.conversation_key);
  return log_.append(by.conversation_key, LogType::conversation_updated,
                     conversation_updated_payload(by.conversation_id, title, metadata));
}

void SqlParticipantChanges::set_settings(const Membership& member, const Settings& settings) {
  const auto until = settings.muted_until ? std::optional(settings.muted_until->ms) : std::nullopt;
  set_settings_.run(member.conversation_key, member.user_key, settings.muted, until, settings.archived,
                    settings.pinned);
  on_change_(member.conversation_key);
}

} // namespace mentara::storage
