#include "wire/sio/recovery.h"

#include <algorithm>
#include <charconv>
#include <unordered_set>
#include <utility>

#include "wire/base/random.h"

namespace wire::sio {
namespace {

constexpr std::size_t overhead_bytes = 200; // of an event or session, roughly: what holds it

std::size_t bytes_of(const EncodedEvent& event, const BroadcastOptions& options) {
  std::size_t bytes = overhead_bytes + event.packet.frame->size();
  for (const eio::SharedPacket& attachment : event.attachments) bytes += attachment.frame->size();
  for (const std::string& room : options.rooms) bytes += room.size() + sizeof(std::string);
  for (const std::string& room : options.except) bytes += room.size() + sizeof(std::string);
  return bytes;
}

std::size_t bytes_of(const RecoverySession& session) {
  std::size_t bytes = overhead_bytes + session.data.size();
  for (const std::string& room : session.rooms) bytes += room.size() + sizeof(std::string);
  return bytes;
}

} // namespace

RecoveryLog::RecoveryLog(std::string nsp, const ConnectionStateRecovery& options, Parser parser)
    : nsp_(std::move(nsp)), parser_(parser), options_(options), epoch_(random_id().substr(0, 8) + ".") {}

void RecoveryLog::add_loop(int loop) {
  const std::lock_guard lock(mutex_);
  taken_[loop] = first_ + events_.size() - 1;
}

void RecoveryLog::remove_loop(int loop) {
  const std::lock_guard lock(mutex_);
  taken_.erase(loop);
}

void RecoveryLog::append(std::string_view event, const Payload& payload, const BroadcastOptions& options, int loop,
                         TimePoint now) {
  const std::lock_guard lock(mutex_); // held while encoding, since the place is part of the text
  const std::uint64_t offset = first_ + events_.size();
  EncodedEvent encoded = encode_event(nsp_, event, payload, options.flags.compress, std::nullopt,
                                      epoch_ + std::to_string(offset), parser_);
  const std::size_t bytes = bytes_of(encoded, options);
  events_.push_back(
      std::make_shared<const LoggedEvent>(LoggedEvent{offset, now, std::move(encoded), options, loop, bytes}));
  event_bytes_ += bytes;
  trim(now);
}

// What a loop has not taken yet stays, however old: it is on its way.
void RecoveryLog::trim(TimePoint now) {
  std::uint64_t taken_by_all = first_ + events_.size() - 1;
  for (const auto& [loop, offset] : taken_) taken_by_all = std::min(taken_by_all, offset);
  while (!events_.empty() && first_ <= taken_by_all) {
    const LoggedEvent& oldest = *events_.front();
    if (event_bytes_ <= options_.log_bytes_max && oldest.at + options_.max_disconnection_duration >= now) return;
    event_bytes_ -= oldest.bytes;
    events_.pop_front();
    ++first_;
  }
}

std::shared_ptr<const LoggedEvent> RecoveryLog::next(int loop) {
  const std::lock_guard lock(mutex_);
  const auto taken = taken_.find(loop);
  if (taken == taken_.end()) return nullptr;
  while (taken->second + 1 < first_ + events_.size()) {
    const auto& event = events_[static_cast<std::size_t>(++taken->second - first_)];
    if (event->loop == every_loop || event->loop == loop) return event;
  }
  return nullptr;
}

void RecoveryLog::save(RecoverySession session, TimePoint now) {
  const std::lock_guard lock(mutex_);
  trim(now);
  expire(now);
  session.until = now + options_.max_disconnection_duration;
  add(std::move(session));
}

void RecoveryLog::put_back(RecoverySession session) {
  const std::lock_guard lock(mutex_);
  add(std::move(session));
}

void RecoveryLog::add(RecoverySession session) {
  session_bytes_ += bytes_of(session);
  sessions_.push_back(std::move(session));
  by_pid_.emplace(sessions_.back().pid, std::prev(sessions_.end()));
  while (session_bytes_ > options_.session_bytes_max) {
    session_bytes_ -= bytes_of(sessions_.front());
    by_pid_.erase(sessions_.front().pid);
    sessions_.pop_front();
  }
}

void RecoveryLog::expire(TimePoint now) {
  while (!sessions_.empty() && sessions_.front().until < now) {
    session_bytes_ -= bytes_of(sessions_.front());
    by_pid_.erase(sessions_.front().pid);
    sessions_.pop_front();
  }
}

std::optional<std::uint64_t> RecoveryLog::parse_offset(std::string_view text) const {
  if (!text.starts_with(epoch_)) return std::nullopt;
  text.remove_prefix(epoch_.size());
  std::uint64_t offset = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), offset);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return offset;
}

std::optional<RecoverySession> RecoveryLog::take(std::string_view pid, std::string_view offset, TimePoint now) {
  const std::lock_guard lock(mutex_);
  const auto seen = parse_offset(offset);
  const auto found = by_pid_.find(pid);
  if (found == by_pid_.end()) return std::nullopt;
  const auto place = found->second;
  by_pid_.erase(found); // before the text goes that is its key
  RecoverySession session = std::move(*place);
  sessions_.erase(place);
  session_bytes_ -= bytes_of(session);
  if (!seen || session.until < now || !reaches(*seen)) return std::nullopt;
  session.offset = *seen;
  return session;
}

std::optional<std::vector<std::shared_ptr<const LoggedEvent>>> RecoveryLog::missed(const RecoverySession& session,
                                                                                   int loop,
                                                                                   std::size_t bytes_max) const {
  const std::lock_guard lock(mutex_);
  const auto taken = taken_.find(loop);
  if (taken == taken_.end() || !reaches(session.offset)) return std::nullopt;
  const std::unordered_set<std::string_view, SeededHash> rooms(session.rooms.begin(), session.rooms.end());
  const auto is_in = [&](const std::string& room) { return rooms.contains(room); };
  std::vector<std::shared_ptr<const LoggedEvent>> missed;
  std::size_t bytes = 0;
  for (std::uint64_t offset = session.offset + 1; offset <= taken->second; ++offset) {
    const auto& event = events_[static_cast<std::size_t>(offset - first_)];
    const BroadcastOptions& whom = event->options;
    if (event->loop != every_loop && event->loop != session.loop) continue;
    if (!whom.rooms.empty() && std::none_of(whom.rooms.begin(), whom.rooms.end(), is_in)) continue;
    if (std::any_of(whom.except.begin(), whom.except.end(), is_in)) continue;
    bytes += event->bytes;
    if (bytes > bytes_max) return std::nullopt;
    missed.push_back(event);
  }
  return missed;
}

std::size_t RecoveryLog::event_count() const {
  const std::lock_guard lock(mutex_);
  return events_.size();
}

std::size_t RecoveryLog::session_count() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

std::shared_ptr<RecoveryLog> RecoveryStore::log(const std::string& nsp, const ConnectionStateRecovery& options,
                                                Parser parser) {
  const std::lock_guard lock(mutex_);
  std::erase_if(logs_, [](const auto& entry) { return entry.second.expired(); });
  auto& known = logs_[nsp];
  auto log = known.lock();
  if (!log) {
    log = std::make_shared<RecoveryLog>(nsp, options, parser);
    known = log;
  }
  return log;
}

} // namespace wire::sio
