#include "mentara/storage/sql_calls.h"

#include <string>

#include "mentara/storage/log_payload.h"
#include "mentara/storage/sql_columns.h"
#include "mentara/storage/stored_number.h"

namespace mentara::storage {
namespace {

using sql::Rows;

#define CALL_COLUMNS \
  "x.call_key, x.call_id, a.user_id, b.user_id, x.state, x.reason, x.media, x.started_at, x.answered_at, x.ended_at"
constexpr int call_columns = 10;
#define CALLS "FROM calls x JOIN users a ON a.user_key = x.caller_key JOIN users b ON b.user_key = x.callee_key "

std::int64_t media_number(const CallMedia& media) {
  return (media.audio ? 1 : 0) + (media.video ? 2 : 0) + (media.screen ? 4 : 0) + (media.hold ? 8 : 0);
}

CallMedia media_of(std::int64_t number) {
  return {(number & 1) != 0, (number & 2) != 0, (number & 4) != 0, (number & 8) != 0};
}

std::optional<UnixTime> time_or_none(const Rows& row, int column) {
  if (row.null(column)) return std::nullopt;
  return UnixTime{row.integer(column)};
}

std::optional<std::int64_t> number_or_none(const std::optional<UnixTime>& time) {
  return time ? std::optional(time->ms) : std::nullopt;
}

std::optional<std::int64_t> number_or_none(const std::optional<EndReason>& reason) {
  return reason ? std::optional(stored_number(*reason)) : std::nullopt;
}

Call read_call(const Rows& row) {
  Call call{.id = {row.text(1)}, .from_user_id = {row.text(2)}, .to_user_id = {row.text(3)}};
  call.state = row.as<CallState>(4);
  if (!row.null(5)) call.reason = row.as<EndReason>(5);
  call.media = media_of(row.integer(6));
  call.started_at = {row.integer(7)};
  call.answered_at = time_or_none(row, 8);
  call.ended_at = time_or_none(row, 9);
  return call;
}

LogType log_type(CallEndNews news) {
  switch (news) {
    case CallEndNews::rejected:
      return LogType::call_rejected;
    case CallEndNews::missed:
      return LogType::call_missed;
    case CallEndNews::ended:
    case CallEndNews::nothing:
      break;
  }
  return LogType::call_ended;
}

} // namespace

// The two halves of a list each come from an index; only the rows of the page are read.
SqlCalls::SqlCalls(sql::Database& database)
    : find_(database, "SELECT " CALL_COLUMNS " " CALLS "WHERE x.call_id = ?1"),
      page_(
          database,
          "SELECT " CALL_COLUMNS
          " FROM (SELECT call_key FROM (SELECT call_key FROM calls WHERE caller_key = (SELECT user_key FROM users "
          "WHERE user_id = ?1) AND call_key < ?2 ORDER BY call_key DESC LIMIT ?3) made UNION ALL SELECT call_key FROM "
          "(SELECT call_key FROM calls WHERE callee_key = (SELECT user_key FROM users WHERE user_id = ?1) AND "
          "call_key < ?2 ORDER BY call_key DESC LIMIT ?3) had ORDER BY call_key DESC LIMIT ?3) p "
          "JOIN calls x ON x.call_key = p.call_key JOIN users a ON a.user_key = x.caller_key "
          "JOIN users b ON b.user_key = x.callee_key ORDER BY x.call_key DESC"),
      unended_(database, "SELECT " CALL_COLUMNS ", " USER_COLUMNS " " CALLS
                         "JOIN users u ON u.user_key = x.caller_key WHERE x.ended_at IS NULL" +
                             (!database.shared() ? std::string() : " AND NOT " + database.lives("x.holder")) +
                             " ORDER BY x.call_key"),
      share_conversation_(database,
                          "SELECT 1 FROM users a CROSS JOIN users b CROSS JOIN members m CROSS JOIN members n "
                          "WHERE m.user_key = a.user_key AND n.conversation_key = m.conversation_key AND "
                          "n.user_key = b.user_key AND a.user_id = ?1 AND b.user_id = ?2 LIMIT 1"),
      keeper_(database, "SELECT k.node, " + database.now_ms() + " - k.seen_at, " + database.lives("k.holder") +
                            " FROM call_keeper k WHERE k.keeper = 1") {}

std::optional<Call> SqlCalls::find(const CallId& call) {
  Rows row = find_.query(call.value);
  if (!row.next()) return std::nullopt;
  return read_call(row);
}

std::vector<ListedCall> SqlCalls::page(const UserId& user, CallKey before, std::size_t limit) {
  std::vector<ListedCall> calls;
  Rows row = page_.query(user.value, before, limit);
  while (row.next()) calls.push_back({row.integer(0), read_call(row)});
  return calls;
}

std::vector<UnendedCall> SqlCalls::unended() {
  std::vector<UnendedCall> calls;
  Rows row = unended_.query();
  while (row.next()) calls.push_back({read_call(row), read_user(row, call_columns)});
  return calls;
}

bool SqlCalls::share_conversation(const UserId& one, const UserId& other) {
  return share_conversation_.query(one.value, other.value).next();
}

std::optional<CallKeeper> SqlCalls::keeper() {
  Rows row = keeper_.query();
  if (!row.next()) return std::nullopt;
  return CallKeeper{row.text(0), std::chrono::milliseconds(row.integer(1)), row.integer(2) != 0};
}

SqlCallChanges::SqlCallChanges(sql::Database& database, SqlLog& log, SqlUsers& users)
    : log_(log),
      users_(users),
      insert_(database,
              "INSERT INTO calls (call_id, caller_key, callee_key, state, reason, media, started_at, answered_at, "
              "ended_at, holder) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, " +
                  (database.shared() ? database.this_process() : std::string("NULL")) +
                  ") ON CONFLICT DO NOTHING RETURNING call_key"),
      update_(database,
              "UPDATE calls SET state = ?2, reason = ?3, answered_at = ?4, ended_at = ?5 WHERE call_id = ?1 AND "
              "ended_at IS NULL"),
      add_report_(database,
                  "INSERT INTO call_reports (call_key, side, at, report) "
                  "SELECT call_key, ?2, ?3, ?4 FROM calls WHERE call_id = ?1"),
      forget_reports_(
          database,
          "DELETE FROM call_reports WHERE report_key IN (SELECT r.report_key FROM calls x JOIN call_reports "
          "r ON r.call_key = x.call_key AND r.side = ?2 WHERE x.call_id = ?1 ORDER BY r.report_key DESC "
          "LIMIT 9223372036854775807 OFFSET ?3)"),
      keep_(database, "INSERT INTO call_keeper (keeper, holder, node, seen_at) VALUES (1, " + database.this_process() +
                          ", ?1, " + database.now_ms() +
                          ") ON CONFLICT (keeper) DO UPDATE SET holder = excluded.holder, node = excluded.node, "
                          "seen_at = excluded.seen_at WHERE call_keeper.holder = excluded.holder OR "
                          "call_keeper.seen_at < excluded.seen_at - ?2 OR NOT " +
                          database.lives("call_keeper.holder") + " RETURNING seen_at"),
      is_keeper_(database, "SELECT 1 FROM call_keeper WHERE keeper = 1 AND holder = " + database.this_process()),
      resign_(database, "DELETE FROM call_keeper WHERE holder = " + database.this_process()),
      // A process that keeps calls alone, as those of older versions do, keeps its own for as long as it lives.
      take_(database, "UPDATE calls SET holder = " + database.this_process() +
                          " WHERE ended_at IS NULL AND (holder IS NULL OR NOT " + database.lives("calls.holder") +
                          " OR EXISTS (SELECT 1 FROM call_seats s WHERE s.call_key = calls.call_key))"),
      taken_(database, "SELECT " CALL_COLUMNS ", " USER_COLUMNS
                       ", s.caller_device, s.caller_socket, s.callee_device, s.callee_socket, s.offer " CALLS
                       "JOIN users u ON u.user_key = x.caller_key "
                       "LEFT JOIN call_seats s ON s.call_key = x.call_key WHERE x.ended_at IS NULL AND x.holder = " +
                           database.this_process() + " ORDER BY x.call_key"),
      set_seats_(database,
                 "INSERT INTO call_seats (call_key, caller_device, caller_socket, callee_device, callee_socket, offer) "
                 "SELECT call_key, ?2, ?3, ?4, ?5, ?6 FROM calls WHERE call_id = ?1 AND ended_at IS NULL "
                 "ON CONFLICT (call_key) DO UPDATE SET caller_device = excluded.caller_device, "
                 "caller_socket = excluded.caller_socket, callee_device = excluded.callee_device, "
                 "callee_socket = excluded.callee_socket, offer = excluded.offer"),
      forget_seats_(database,
                    "DELETE FROM call_seats WHERE call_key = (SELECT call_key FROM calls WHERE call_id = ?1)"),
      add_held_(database,
                "INSERT INTO call_held (call_key, side, socket, kind, body, restart) "
                "SELECT call_key, ?2, ?3, ?4, ?5, ?6 FROM calls WHERE call_id = ?1 AND ended_at IS NULL"),
      held_(database,
            "SELECT h.side, h.socket, h.kind, h.body, h.restart FROM call_held h WHERE h.call_key = "
            "(SELECT call_key FROM calls WHERE call_id = ?1) ORDER BY h.held_key"),
      forget_held_(database, "DELETE FROM call_held WHERE call_key = (SELECT call_key FROM calls WHERE call_id = ?1)") {
}

bool SqlCallChanges::insert(const Call& call) {
  User caller{call.from_user_id}, callee{call.to_user_id};
  const UserKey caller_key = users_.ensure(caller);
  Rows row = insert_.query(call.id.value, caller_key, users_.ensure(callee), stored_number(call.state),
                           number_or_none(call.reason), media_number(call.media), call.started_at.ms,
                           number_or_none(call.answered_at), number_or_none(call.ended_at));
  return row.next();
}

void SqlCallChanges::update(const Call& call) {
  update_.run(call.id.value, stored_number(call.state), number_or_none(call.reason), number_or_none(call.answered_at),
              number_or_none(call.ended_at));
}

std::vector<ToldEnd> SqlCallChanges::tell_end(const Call& call) {
  std::vector<ToldEnd> told;
  for (const CallSide to : {CallSide::caller, CallSide::callee}) {
    const CallEndNews news = call_end_news(call, to);
    if (news == CallEndNews::nothing) continue;
    User user{call.user(to)};
    const UserKey key = users_.ensure(user);
    told.push_back({to, log_.append(key, Channel::VIDEO_CALLS, log_type(news), call_over_payload(call))});
  }
  return told;
}

void SqlCallChanges::add_report(const CallId& call, CallSide side, const std::string& report, UnixTime at,
                                std::size_t reports_max) {
  add_report_.run(call.value, stored_number(side), at.ms, report);
  forget_reports_.run(call.value, stored_number(side), reports_max);
}

std::optional<std::int64_t> SqlCallChanges::keep(const std::string& node, std::chrono::milliseconds lease) {
  Rows row = keep_.query(node, lease.count());
  return row.next() ? std::optional(row.integer(0)) : std::nullopt;
}

bool SqlCallChanges::is_keeper() { return is_keeper_.query().next(); }

void SqlCallChanges::resign() { resign_.run(); }

std::vector<UnendedCall> SqlCallChanges::take_over() {
  take_.run();
  std::vector<UnendedCall> calls;
  Rows row = taken_.query();
  while (row.next()) {
    UnendedCall taken{read_call(row), read_user(row, call_columns)};
    constexpr int seats = call_columns + user_columns;
    if (!row.null(seats)) {
      taken.seats = CallSeats{.caller_device = {row.text(seats)}, .caller_socket = row.text(seats + 1)};
      if (!row.null(seats + 2)) taken.seats->callee_device = DeviceId{row.text(seats + 2)};
      if (!row.null(seats + 3)) taken.seats->callee_socket = row.text(seats + 3);
      if (!row.null(seats + 4)) taken.seats->offer = row.text(seats + 4);
    }
    calls.push_back(std::move(taken));
  }
  for (UnendedCall& call : calls) {
    Rows held = held_.query(call.call.id.value);
    while (held.next()) {
      call.held.push_back(
          {held.as<CallSide>(0), held.text(1), {held.as<CallSignal::Kind>(2), held.text(3), held.integer(4) != 0}});
    }
  }
  return calls;
}

void SqlCallChanges::add_held(const CallId& call, const CallMachine::Held& held) {
  add_held_.run(call.value, stored_number(held.from), held.socket, static_cast<std::int64_t>(held.signal.kind),
                held.signal.body, held.signal.restart ? 1 : 0);
}

void SqlCallChanges::forget_held(const CallId& call) { forget_held_.run(call.value); }

void SqlCallChanges::set_seats(const CallId& call, const CallSeats& seats) {
  const auto callee = seats.callee_device ? std::optional(seats.callee_device->value) : std::nullopt;
  const auto socket = callee ? std::optional(seats.callee_socket) : std::nullopt;
  const auto offer = seats.offer.empty() ? std::nullopt : std::optional(seats.offer);
  set_seats_.run(call.value, seats.caller_device.value, seats.caller_socket, callee, socket, offer);
}

void SqlCallChanges::forget_seats(const CallId& call) {
  forget_seats_.run(call.value);
  forget_held_.run(call.value);
}

} // namespace mentara::storage
