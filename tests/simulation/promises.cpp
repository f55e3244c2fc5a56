#include "tests/simulation/promises.h"

#include "tests/simulation/payload.h"
#include "wire/base/hash.h"

namespace mentara::simulation {

using storage::sql::Rows;
using storage::sql::Statement;

void Promises::break_one(std::string which) {
  history_.add("PROMISE", which);
  broken_.push_back(std::move(which));
}

std::size_t Promises::add_device(const std::string& user, const std::string& device, const std::vector<Space>& where) {
  devices_.push_back({.user = user, .name = device, .places = {}, .where = where});
  return devices_.size() - 1;
}

void Promises::on_connected(std::size_t index, Space space, const std::string& socket, std::int64_t position) {
  Place& place = devices_[index].places[static_cast<int>(space)];
  place.sockets.insert(socket);
  place.last = position;
  if (place.has_begun) {
    return;
  }
  place.has_begun = true;
  place.begin = position;
}

void Promises::on_complete(std::size_t index, Space space, std::int64_t position) {
  devices_[index].places[static_cast<int>(space)].completes.emplace_back(position, ++order_);
}

void Promises::on_reset(std::size_t index, Space space, std::int64_t position) {
  Place& place = devices_[index].places[static_cast<int>(space)];
  place.excused = std::max(place.excused, position);
  place.last = position;
}

void Promises::on_event(std::size_t index, Space space, std::string_view name, wire::JsonView payload,
                        std::string_view raw) {
  Device& device = devices_[index];
  Place& place = device.places[static_cast<int>(space)];
  const std::string cursor = text_of(payload, "cursor");
  if (cursor.empty()) return; // ephemeral
  const std::int64_t position = position_of(cursor);

  if (position <= place.last) {
    break_one("I3: " + where(device) + " was given " + std::string(name) + " at " + std::to_string(position) +
              " behind " + std::to_string(place.last));
  }
  place.last = std::max(place.last, position);
  place.seen.try_emplace(position, Seen{++order_, std::string(name)});
  // A message that was deleted is told without its text from then on, also where it is told again.
  const bool is_deleted = truth_of(payload, "isDeleted");
  if (is_deleted && !text_of(payload, "content").empty()) {
    break_one("I5: " + where(device) + " is shown what was deleted, at " + std::to_string(position));
  }
  const Event event{std::string(name), is_deleted ? 0 : hash_of(raw)};
  const auto [first, is_new] = events_[static_cast<int>(space)].try_emplace(position, event);
  if (!is_new && (first->second.name != event.name ||
                  (!is_deleted && first->second.hash != 0 && first->second.hash != event.hash))) {
    break_one("I3: at " + std::to_string(position) + " " + where(device) + " was told another " + std::string(name) +
              " than others: " + std::string(raw));
  }
  if (name == "message") look_at_message(device, payload, position);
  if (name == "message:delivered" || name == "message:read") look_at_watermark(name, payload);
  if (name == "video:call-ended" || name == "video:call-missed" || name == "video:call-rejected") {
    const std::string call = text_of(payload, "callId"), reason = text_of(payload, "reason");
    const auto [told, fresh] = ends_.try_emplace(call, reason);
    if (!fresh && told->second != reason) {
      break_one("I9: the call " + call + " ended as " + told->second + " and as " + reason);
    }
  }
}

void Promises::look_at_message(const Device& of, wire::JsonView payload, std::int64_t position) {
  Device& device = devices_[static_cast<std::size_t>(&of - devices_.data())];
  const std::string id = text_of(payload, "id"), conversation = text_of(payload, "conversationId");
  const std::string client_message_id = text_of(payload, "clientMessageId"), sender = text_of(payload, "senderId");
  const std::int64_t seq = number_of(payload, "seq");
  auto& highest = device.received_seqs[conversation];
  highest = std::max(highest, seq);
  const auto [at, is_new] = message_at_.try_emplace({conversation, seq}, id);
  if (at->second != id) {
    break_one("I2: " + conversation + " has two messages at " + std::to_string(seq) + ": " + at->second + ", " + id);
  }
  const auto send = sends_.find(client_message_id);
  if (send == sends_.end() || send->second.user != sender || send->second.conversation != conversation ||
      (send->second.content != text_of(payload, "content") && !truth_of(payload, "isDeleted"))) {
    return break_one("I5: " + where(device) + " received at " + std::to_string(position) + " what nobody sent: " + id);
  }
  if (!send->second.refused.empty()) {
    break_one("I6: " + client_message_id + " was refused (" + send->second.refused + ") and is there");
  }
  const auto [of_id, fresh] = message_of_.try_emplace(client_message_id, id);
  if (of_id->second != id) break_one("I4: " + client_message_id + " is two messages: " + of_id->second + ", " + id);
}

// That somebody has something is only told when one of his devices has it.
void Promises::look_at_watermark(std::string_view name, wire::JsonView payload) {
  if (name != "message:delivered") return;
  const std::string user = text_of(payload, "userId"), conversation = text_of(payload, "conversationId");
  const std::int64_t seq = number_of(payload, "seq");
  for (const Device& device : devices_) {
    const auto highest = device.received_seqs.find(conversation);
    if (device.user == user && highest != device.received_seqs.end() && highest->second >= seq) return;
  }
  break_one("I8: no device of " + user + " has received " + conversation + " up to " + std::to_string(seq));
}

void Promises::on_send(const std::string& user, const std::string& client_message_id, const std::string& conversation,
                       const std::string& content) {
  sends_.try_emplace(client_message_id, Send{user, conversation, content, time_.now()});
}

void Promises::on_sent(std::size_t index, const std::string& client_message_id, wire::JsonView message,
                       bool duplicate) {
  Device& device = devices_[index];
  Send& send = sends_.at(client_message_id);
  const std::string id = text_of(message, "id");
  const std::int64_t seq = number_of(message, "seq");
  device.acked.insert(id);
  auto& highest = device.received_seqs[send.conversation];
  highest = std::max(highest, seq);
  if (send.message_id.empty()) {
    send.message_id = id;
    send.seq = seq;
  } else if (send.message_id != id || send.seq != seq) {
    break_one("I4: " + client_message_id + " was acknowledged as " + send.message_id + " and as " + id);
  }
  if (!message_of_.try_emplace(client_message_id, id).second && message_of_[client_message_id] != id) {
    break_one("I4: " + client_message_id + " is two messages: " + message_of_[client_message_id] + ", " + id);
  }
  const auto [at, is_new] = message_at_.try_emplace({send.conversation, seq}, id);
  if (at->second != id) {
    break_one("I2: " + send.conversation + " has two messages at " + std::to_string(seq) + ": " + at->second + ", " +
              id);
  }
  const auto direct = directs_.find(send.conversation);
  if (direct == directs_.end() || duplicate) return;
  const auto& [one, other] = direct->second;
  for (const auto& pair : {std::pair(one, other), std::pair(other, one)}) {
    const auto since = blocked_since_.find(pair);
    if (since != blocked_since_.end() && since->second < send.first_asked) {
      break_one("I7: " + client_message_id + " passed although " + pair.first + " has blocked " + pair.second);
    }
  }
}

void Promises::on_refused(const std::string& client_message_id, std::string_view code) {
  Send& send = sends_.at(client_message_id);
  if (!send.message_id.empty()) {
    break_one("I4: " + client_message_id + " was acknowledged, and then refused: " + std::string(code));
  }
  if (message_of_.contains(client_message_id)) {
    break_one("I6: " + client_message_id + " was refused (" + std::string(code) + ") and is there");
  }
  send.refused = code;
}

void Promises::on_blocked(const std::string& by, const std::string& whom) { blocked_since_[{by, whom}] = time_.now(); }
void Promises::on_unblocking(const std::string& by, const std::string& whom) { blocked_since_.erase({by, whom}); }
void Promises::on_direct(const std::string& conversation, const std::string& one, const std::string& other) {
  directs_[conversation] = {one, other};
}

// --- the end ---

void Promises::check_database(SharedDatabase& database) {
  check_log(database);
  check_messages(database);
  check_devices(database);
  check_watermarks(database);
  check_calls(database);
}

void Promises::check_log(SharedDatabase& database) {
  std::map<std::int64_t, std::string> conversations, users;
  {
    Statement all(database.sqlite(), "SELECT conversation_key, conversation_id FROM conversations");
    Rows row = all.query();
    while (row.next()) conversations[row.integer(0)] = row.text(1);
  }
  {
    Statement all(database.sqlite(), "SELECT user_key, user_id FROM users");
    Rows row = all.query();
    while (row.next()) users[row.integer(0)] = row.text(1);
  }
  Statement log(database.sqlite(),
                "SELECT l.position, l.scope, l.type, coalesce(m.message_id, ''), l.origin, "
                "coalesce(json_extract(l.payload, '$.participant.userId'), '') FROM log l "
                "LEFT JOIN messages m ON m.position = l.position ORDER BY l.position");
  Rows row = log.query();
  while (row.next()) {
    Row one{.position = row.integer(0), .type = row.integer(2), .message_id = row.text(3)};
    const std::int64_t scope = row.integer(1);
    if (scope >= 0) {
      one.conversation = conversations[scope];
      one.user = row.text(5);
    } else {
      one.user = users[-scope / 4];
      one.channel = -scope % 4;
    }
    if (!row.null(4)) one.origin = row.integer(4);
    if (one.position != static_cast<std::int64_t>(rows_.size()) + 1) {
      break_one("I2: the log has a hole before " + std::to_string(one.position));
    }
    rows_.push_back(std::move(one));
  }
}

void Promises::check_messages(SharedDatabase& database) {
  Statement all(database.sqlite(),
                "SELECT c.conversation_id, m.seq, m.message_id, u.user_id, coalesce(m.client_message_id, ''), "
                "m.content, m.deleted_at IS NOT NULL, c.last_seq FROM messages m "
                "JOIN conversations c ON c.conversation_key = m.conversation_key "
                "JOIN users u ON u.user_key = m.sender_key ORDER BY m.conversation_key, m.seq");
  std::set<std::pair<std::string, std::string>> there;
  Rows row = all.query();
  while (row.next()) {
    Kept one{row.text(2), row.text(0), row.text(3), row.text(4), row.text(5), row.integer(1), row.integer(6) != 0};
    std::vector<Kept>& of_conversation = kept_[one.conversation];
    if (one.seq != static_cast<std::int64_t>(of_conversation.size()) + 1) {
      break_one("I2: " + one.conversation + " has a hole before " + std::to_string(one.seq));
    }
    if (!there.insert({one.sender, one.client_message_id}).second) {
      break_one("I4: " + one.client_message_id + " is kept twice");
    }
    const auto send = sends_.find(one.client_message_id);
    if (send == sends_.end() || send->second.user != one.sender || send->second.conversation != one.conversation) {
      break_one("I5: nobody sent what is kept as " + one.id);
    } else if (!send->second.refused.empty()) {
      break_one("I6: " + one.client_message_id + " was refused (" + send->second.refused + ") and is kept");
    }
    const auto at = message_at_.find({one.conversation, one.seq});
    if (at != message_at_.end() && at->second != one.id) {
      break_one("I2: " + one.conversation + " keeps at " + std::to_string(one.seq) + " another message than was told");
    }
    of_conversation.push_back(std::move(one));
  }
  for (const auto& [client_message_id, send] : sends_) {
    if (send.message_id.empty()) continue;
    const auto kept = kept_.find(send.conversation);
    if (kept == kept_.end() || send.seq < 1 || send.seq > static_cast<std::int64_t>(kept->second.size()) ||
        kept->second[static_cast<std::size_t>(send.seq - 1)].id != send.message_id) {
      break_one("I1: " + client_message_id + " was acknowledged as " + send.message_id + " and is lost");
    }
  }
}

void Promises::check_devices(SharedDatabase& database) {
  // Who was a member at which position: what the log itself says of coming and going.
  std::map<std::int64_t, std::set<std::string>> created;
  {
    Statement members(database.sqlite(),
                      "SELECT l.position, json_extract(m.value, '$.userId') FROM log l, "
                      "json_each(l.payload, '$.conversation.members') m WHERE l.type = 3");
    Rows row = members.query();
    while (row.next()) created[row.integer(0)].insert(row.text(1));
  }
  constexpr std::int64_t is_created = 3, is_joined = 14, is_left = 15;
  std::map<std::string, std::set<std::string>> members;            // by conversation
  std::map<std::string, std::vector<const Row*>> of_space[spaces]; // by user
  for (const Row& row : rows_) {
    if (!row.conversation) {
      const Space space = row.channel == 3 ? Space::calls : row.channel == 2 ? Space::notifications : Space::messaging;
      of_space[static_cast<int>(space)][row.user].push_back(&row);
      continue;
    }
    std::set<std::string>& now = members[*row.conversation];
    if (row.type == is_created) now = created[row.position];
    if (row.type == is_joined) now.insert(row.user);
    for (const std::string& user : now) of_space[0][user].push_back(&row);
    if (row.type == is_left) now.erase(row.user);
  }
  for (const Device& device : devices_) {
    for (const Space space : device.where) check_device(device, space, of_space[static_cast<int>(space)][device.user]);
  }
}

void Promises::check_device(const Device& device, Space space, const std::vector<const Row*>& expected) {
  const Place& place = device.places[static_cast<int>(space)];
  std::set<std::int64_t> own;
  for (const std::string& socket : place.sockets) own.insert(static_cast<std::int64_t>(wire::seeded_hash(socket)));
  std::set<std::int64_t> all, done_here;
  std::int64_t last_order = 0, last_position = 0;
  for (const Row* const row : expected) {
    all.insert(row->position);
    const bool is_message = !row->message_id.empty();
    // What it did itself it was answered, and is told again only if it may have missed the answer.
    const bool is_own = is_message ? device.acked.contains(row->message_id) : row->origin && own.contains(*row->origin);
    const auto seen = place.seen.find(row->position);
    if (is_own) {
      done_here.insert(row->position);
      continue;
    }
    if (seen != place.seen.end()) {
      // What a sync:reset passed over may be told after all, later than what came behind it: no proof says that the
      // client has taken the reset.
      if (row->position <= place.excused) continue;
      if (seen->second.order < last_order) {
        break_one("I3: " + where(device) + " was given " + std::to_string(row->position) + " behind " +
                  std::to_string(last_position));
      }
      last_order = seen->second.order;
      last_position = row->position;
      continue;
    }
    if (row->position <= place.begin || row->position <= place.excused) continue;
    break_one(std::string(is_message ? "I1" : "I3") + ": " + where(device) + " was never given " +
              (space == Space::messaging ? "" : "of its own ") + std::to_string(row->position) + " (type " +
              std::to_string(row->type) + " in " + row->conversation.value_or(row->user) + ")");
  }
  for (const auto& [position, seen] : place.seen) {
    if (!all.contains(position)) {
      break_one("I7: " + where(device) + " was given " + seen.name + " at " + std::to_string(position) +
                ", which does not concern it");
    }
  }
  // What lay below sync:complete came before it.
  for (const auto& [complete, order] : place.completes) {
    for (auto seen = place.seen.begin(); seen != place.seen.end() && seen->first <= complete; ++seen) {
      if (seen->second.order > order && seen->first > place.excused && !done_here.contains(seen->first)) {
        break_one("I3: " + where(device) + " was given " + std::to_string(seen->first) + " after sync:complete at " +
                  std::to_string(complete));
      }
    }
  }
}

void Promises::check_watermarks(SharedDatabase& database) {
  std::map<std::string, std::int64_t> marks, lasts;
  Statement log(database.sqlite(),
                "SELECT l.type, l.scope, json_extract(l.payload, '$.userId'), json_extract(l.payload, '$.seq'), "
                "l.position FROM log l WHERE l.type IN (1, 2, 4) ORDER BY l.position");
  Rows row = log.query();
  while (row.next()) {
    const std::string scope = std::to_string(row.integer(1));
    const std::int64_t seq = row.integer(3);
    if (row.integer(0) == 1) {
      lasts[scope] = seq;
      continue;
    }
    std::int64_t& mark = marks[scope + "/" + std::to_string(row.integer(0)) + "/" + row.text(2)];
    if (seq < mark || seq > lasts[scope]) {
      break_one("I8: a watermark of " + row.text(2) + " at " + std::to_string(row.integer(4)) + " is " +
                std::to_string(seq) + " behind " + std::to_string(mark) + ", of " + std::to_string(lasts[scope]));
    }
    mark = seq;
  }
  Statement members(database.sqlite(),
                    "SELECT count(*) FROM members m JOIN conversations c USING (conversation_key) "
                    "WHERE m.read_seq > c.last_seq OR m.delivered_seq > c.last_seq");
  Rows beyond = members.query();
  if (beyond.next() && beyond.integer(0) != 0) break_one("I8: a watermark lies beyond the last message");
}

void Promises::check_calls(SharedDatabase& database) {
  constexpr const char* reasons[] = {"completed", "rejected", "cancelled", "missed", "busy", "failed", "peer_lost"};
  Statement calls(database.sqlite(), "SELECT call_id, ended_at IS NOT NULL, coalesce(reason, 0), state FROM calls");
  Rows row = calls.query();
  while (row.next()) {
    if (row.integer(1) == 0) {
      break_one("I9: the call " + row.text(0) + " never ended (state " + std::to_string(row.integer(3)) + ")");
      continue;
    }
    const auto told = ends_.find(row.text(0));
    if (told != ends_.end() && told->second != reasons[row.integer(2)]) {
      break_one("I9: the call " + row.text(0) + " ended as " + reasons[row.integer(2)] + ", and was told as " +
                told->second);
    }
  }
  Statement twice(database.sqlite(),
                  "SELECT json_extract(payload, '$.callId'), count(*) FROM log WHERE type IN (40, 41, 42) "
                  "GROUP BY scope, json_extract(payload, '$.callId') HAVING count(*) > 1");
  Rows more = twice.query();
  while (more.next()) break_one("I9: the call " + more.text(0) + " ended more than once");
}

void Promises::check_fetched(const std::string& user, const std::string& conversation, wire::JsonView messages) {
  const std::vector<Kept>& kept = kept_[conversation];
  std::int64_t seq = -1;
  messages.for_each_element([&](wire::JsonView message) {
    const std::int64_t at = number_of(message, "seq");
    if (seq >= 0 && at != seq + 1) {
      break_one("I2: " + user + " is shown a hole in " + conversation + " before " + std::to_string(at));
    }
    seq = at;
    if (at < 1 || at > static_cast<std::int64_t>(kept.size())) return break_one("I5: a message that is not kept");
    const Kept& one = kept[static_cast<std::size_t>(at - 1)];
    if (text_of(message, "id") != one.id || (!one.is_deleted && text_of(message, "content") != one.content)) {
      break_one("I1: " + user + " is shown another message in " + conversation + " at " + std::to_string(at));
    }
  });
  if (seq >= 0 && seq != static_cast<std::int64_t>(kept.size())) {
    break_one("I1: " + user + " is not shown the end of " + conversation);
  }
}

} // namespace mentara::simulation
