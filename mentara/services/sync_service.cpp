#include "mentara/services/sync_service.h"

#include <algorithm>

#include "mentara/events/events.h"
#include "wire/base/log.h"

namespace mentara::services {
namespace {

using storage::Delivered;
using storage::LogPage;
using storage::LogReader;
using storage::Position;
using storage::Snapshot;
using storage::Transaction;
using wire::Result;

// Where the device begins, and whether it can go on from there.
struct Start {
  Position position = 0;
  std::optional<ResetReason> reset{};
  bool known = true; // false: the device was never seen
};

Start start_of(LogReader& log, const Listener& listener, const std::string& client_cursor, const std::string& epoch) {
  const auto place = log.find_place(listener);
  Start start{.known = place.has_value()};
  if (!client_cursor.empty()) {
    const auto cursor = cursor_from_text(client_cursor);
    if (!cursor) {
      start.reset = ResetReason::invalid_cursor;
    } else if (cursor->epoch != epoch) {
      start.reset = ResetReason::epoch_changed;
    } else if (cursor->position > log.end_of_log()) {
      start.reset = ResetReason::invalid_cursor;
    } else {
      start.position = cursor->position;
    }
  } else if (!place) {
    start.position = log.furthest_place(listener);
  } else if (!place->of_this_log) {
    start.reset = ResetReason::epoch_changed;
  } else {
    start.position = place->position;
  }
  return start;
}

struct Told { // of a watermark that has moved
  UserId user_id;
  ConversationId conversation_id;
  std::int64_t seq = 0;
  Position position = 0;
  MemberIds members;
};

} // namespace

std::string_view to_string(ResetReason reason) {
  switch (reason) {
    case ResetReason::too_many:
      return "too_many";
    case ResetReason::too_old:
      return "too_old";
    case ResetReason::invalid_cursor:
      return "invalid_cursor";
    case ResetReason::epoch_changed:
      return "epoch_changed";
  }
  return "invalid_cursor";
}

void Proof::add(Delivered news) {
  // Mostly of the conversation that spoke last. A second entry for one costs nothing but its memory.
  const auto recent = delivered.end() - static_cast<std::ptrdiff_t>(std::min<std::size_t>(delivered.size(), 8));
  const auto same = std::find_if(recent, delivered.end(),
                                 [&](const Delivered& known) { return known.conversation_id == news.conversation_id; });
  if (same == delivered.end()) {
    delivered.push_back(std::move(news));
  } else {
    same->seq = std::max(same->seq, news.seq);
  }
}

SyncService::SyncService(storage::Store& store, events::EventBus& bus, const WallClock& clock, Limits limits,
                         wire::UniqueFunction<void()> proofs_wait, std::function<wire::TimePoint()> now)
    : store_(store),
      bus_(bus),
      clock_(clock),
      limits_(limits),
      proofs_wait_(std::move(proofs_wait)),
      now_(std::move(now)) {}

// --- reading ---

void SyncService::begin_reads() {
  while (reads_ < limits::replay_reads_max && !waiting_reads_.empty()) {
    auto read = std::move(waiting_reads_.front());
    waiting_reads_.pop_front();
    ++reads_;
    read();
  }
}

void SyncService::end_read() {
  --reads_;
  begin_reads();
}

void SyncService::open(Listener listener, std::string socket_id, std::string client_cursor, Done<Opened> done) {
  struct Found {
    Opened opened;
    bool known;
  };
  // For a device that was never seen the same is done again where its place can be made.
  auto find = [listener, client_cursor, limits = limits_, now = clock_.now(),
               epoch = store_.end_of_log().epoch](Snapshot& snapshot) -> Result<Found, Failure> {
    LogReader& log = snapshot.log();
    Start start = start_of(log, listener, client_cursor, epoch);
    if (!start.reset) {
      const auto missed = log.missed(listener, start.position, limits.replayed_events_max + 1);
      const std::int64_t oldest = now.ms - limits.replayed_age_max.count();
      if (missed.count > limits.replayed_events_max) {
        start.reset = ResetReason::too_many;
      } else if (missed.count > 0 && missed.oldest.ms < oldest) {
        start.reset = ResetReason::too_old;
      }
    }
    if (start.reset) start.position = log.end_of_log();
    return Found{{{epoch, start.position}, start.reset}, start.known};
  };
  Done<Opened> opened_to = [this, listener, socket_id = std::move(socket_id), brings_cursor = !client_cursor.empty(),
                            done = std::move(done)](Result<Opened, Failure> opened) mutable {
    if (opened) {
      const Position begin = opened->cursor.position;
      shared_.join(listener, socket_id, opened->reset ? 0 : begin); // who has to reload has nothing yet
      if (brings_cursor && !opened->reset) prove(listener, socket_id, {begin});
    }
    done(std::move(opened));
    end_read();
  };
  waiting_reads_.push_back(
      [this, find = std::move(find), listener = std::move(listener), done = std::move(opened_to)]() mutable {
        store_.read<Found>(find, [this, find, listener = std::move(listener),
                                  done = std::move(done)](Result<Found, Failure> found) mutable {
          if (!found) return done(std::move(found.error()));
          if (found->known) return done(std::move(found->opened));
          store_.write<Opened>(
              [find = std::move(find), listener = std::move(listener),
               now = clock_.now()](Transaction& transaction) -> Result<Opened, Failure> {
                const auto opened = find(transaction);
                transaction.learn_user(User{listener.user_id});
                // A reset is not yet received: who drops before it must hear of it again.
                transaction.places().insert(listener, opened->opened.reset ? 0 : opened->opened.cursor.position, now,
                                            limits::devices_per_user_max);
                return opened->opened;
              },
              std::move(done));
        });
      });
  begin_reads();
}

void SyncService::close(const Listener& listener, const std::string& socket_id) {
  shared_.leave(listener, socket_id, now_());
}

void SyncService::read(Listener listener, Position after, Done<LogPage> done) {
  waiting_reads_.push_back([this, listener = std::move(listener), after, done = std::move(done)]() mutable {
    store_.read<LogPage>(
        [listener = std::move(listener), after](Snapshot& snapshot) -> Result<LogPage, Failure> {
          return snapshot.log().page(listener, after, limits::replay_page_events_max, limits::replay_page_bytes_max);
        },
        [this, done = std::move(done)](Result<LogPage, Failure> page) mutable {
          done(std::move(page));
          end_read();
        });
  });
  begin_reads();
}

// --- proofs ---

void SyncService::Proofs::add(Proofs others) {
  for (const auto& [listener, position] : others.places) places[listener] = std::max(places[listener], position);
  for (const auto& [where, seq] : others.delivered) delivered[where] = std::max(delivered[where], seq);
}

SyncService::Proofs SyncService::Proofs::take(std::size_t count) {
  Proofs taken;
  while (!empty() && taken.size() < count) {
    const UserId user =
        delivered.empty() || (!places.empty() && places.begin()->first.user_id < delivered.begin()->first.first)
            ? places.begin()->first.user_id
            : delivered.begin()->first.first;
    while (!places.empty() && places.begin()->first.user_id == user)
      taken.places.insert(places.extract(places.begin()));
    while (!delivered.empty() && delivered.begin()->first.first == user) {
      taken.delivered.insert(delivered.extract(delivered.begin()));
    }
  }
  return taken;
}

void SyncService::prove(const Listener& listener, const std::string& socket_id, Proof proof) {
  Proofs news;
  if (const auto place = shared_.prove(listener, socket_id, proof.position, now_())) {
    news.places.emplace(listener, *place);
  }
  for (Delivered& one : proof.delivered) {
    std::int64_t& seq = news.delivered[{listener.user_id, std::move(one.conversation_id)}];
    seq = std::max(seq, one.seq);
  }
  if (news.empty()) return;
  if (proofs_.empty() && storing_ == 0) proofs_wait_();
  proofs_.add(std::move(news));
}

std::optional<Failure> SyncService::acknowledge(const Listener& listener, const std::string& socket_id,
                                                std::string_view text, Position sent) {
  const auto cursor = cursor_from_text(text);
  if (!cursor || cursor->epoch != store_.end_of_log().epoch) {
    return invalid("cursor", "must be the cursor of an event that this server has sent");
  }
  prove(listener, socket_id, {std::min(cursor->position, sent)});
  return std::nullopt;
}

void SyncService::deliver(Listener listener, std::string socket_id, Delivered delivered, Position sent,
                          Done<std::monostate> done) {
  const UserId user = listener.user_id;
  store_.read<Position>(
      [user, delivered](Snapshot& snapshot) -> Result<Position, Failure> {
        if (!snapshot.find_membership(delivered.conversation_id, user)) return not_found("conversation");
        return snapshot.log().position_of(delivered).value_or(0);
      },
      [this, listener = std::move(listener), socket_id = std::move(socket_id), delivered, sent,
       done = std::move(done)](Result<Position, Failure> position) mutable {
        if (!position) return done(std::move(position.error()));
        prove(listener, socket_id, {std::min(*position, sent), {std::move(delivered)}});
        done(std::monostate{});
      });
}

void SyncService::flush() {
  if (storing_ > 0) return;
  while (!proofs_.empty()) store(proofs_.take(limits::proofs_per_write));
}

void SyncService::store(Proofs some) {
  ++storing_;
  const UnixTime now = clock_.now();
  auto proofs = std::make_shared<const Proofs>(std::move(some));
  store_.write_beside<std::vector<Told>>(
      [proofs, now](Transaction& transaction) -> Result<std::vector<Told>, Failure> {
        std::vector<Told> told;
        for (const auto& [listener, position] : proofs->places) transaction.places().advance(listener, position, now);
        for (const auto& [where, seq] : proofs->delivered) {
          const auto& [user, conversation] = where;
          const auto to = transaction.places().advance_delivered(user, {conversation, seq});
          if (!to) continue;
          MemberIds members = transaction.member_ids(to->conversation_key);
          if (members->size() > limits::delivered_members_max) continue;
          const Position position = transaction.log_delivered(user, conversation, *to, now);
          told.push_back({user, conversation, to->seq, position, std::move(members)});
        }
        return told;
      },
      [this, proofs, now](Result<std::vector<Told>, Failure> told) {
        --storing_;
        if (!told && store_.healthy()) proofs_.add(*proofs); // the queue was full: another time
        if (storing_ == 0 && !proofs_.empty()) proofs_wait_();
        if (!told) return;
        for (Told& one : *told) {
          bus_.publish(events::MessageDeliveredEvent{{one.user_id, {}, now},
                                                     std::move(one.conversation_id),
                                                     one.seq,
                                                     std::move(one.members),
                                                     store_.cursor_at(one.position)});
        }
      });
}

} // namespace mentara::services
