#include "mentara/gateways/feed.h"

#include <algorithm>

#include "mentara/contract/durable.h"
#include "mentara/contract/event_table.h"
#include "mentara/gateways/caller.h"
#include "mentara/gateways/log_events.h"
#include "wire/base/log.h"
#include "wire/base/log_scope.h"
#include "wire/sio/server.h"

namespace mentara::gateways {

using storage::Position;
using wire::Result;
using wire::sio::Socket;
namespace event = contract::server_event;

Feed::Feed(wire::sio::Namespace& nsp, const connections::Home& home, services::SyncService& sync)
    : nsp_(nsp),
      loop_(nsp.server().loop()),
      home_(home),
      sync_(sync),
      resting_timer_(loop_, [this] { read_rested(); }),
      ripening_timer_(loop_, [this] { bring_proofs(); }) {
  nsp.on_receipt([this](Socket& socket, std::uint64_t receipt) { on_receipt(socket, receipt); });
  nsp.on_drained([this](Socket& socket) { on_drained(socket); });
}

// --- from the log ---

void Feed::begin(Socket& socket, const services::Opened& opened) {
  Stream& stream = *caller_of(socket).stream;
  epoch_ = opened.cursor.epoch;
  if (opened.reset) {
    say(socket, event::sync_reset.name, contract::SyncReset{to_string(*opened.reset), to_text(opened.cursor)});
    stream.on_asked(socket.request_receipt(), std::nullopt); // until it is received, it has to be told again
  }
  read(socket, stream);
}

void Feed::read(Socket& socket, const Stream& stream) {
  auto done = home_.answer_on<storage::LogPage>(
      loop_, [this, asked_at = loop_.now(), weak = socket.weak_from_this()](Result<storage::LogPage, Failure> page) {
        const auto reading = weak.lock();
        if (!reading || !reading->connected()) return;
        if (page) {
          return on_page(*reading, *caller_of(*reading).stream, std::move(*page), loop_.now() - asked_at);
        }
        const wire::LogScope scope(reading->handshake().request().connection_id());
        wire::log(wire::LogLevel::warn, "a client is cut, because the log could not be read for it",
                  {{"socket", reading->id()}, {"why", page.error().error}});
        reading->cut(); // it comes back and goes on from its place
      });
  home_.run(loop_, [this, listener = stream.listener(), after = stream.sent(), done = std::move(done)]() mutable {
    sync_.read(std::move(listener), after, std::move(done));
  });
}

void Feed::on_page(Socket& socket, Stream& stream, storage::LogPage page, wire::Duration took) {
  for (storage::LogRow& row : page.rows) {
    send_row(socket, stream, std::move(row));
    if (!socket.connected()) return; // too far behind
  }
  switch (stream.on_page(page.end, page.last, socket.pressure())) {
    case Stream::Next::read:
      return rest(socket, 2 * took);
    case Stream::Next::wait:
      return socket.notify_drained();
    case Stream::Next::complete:
      return say(
          socket, event::sync_complete.name,
          contract::SyncComplete{to_text(Cursor{epoch_, stream.sent()}), static_cast<std::int64_t>(stream.replayed())});
    case Stream::Next::feed:
      return;
  }
}

// Who has missed much must not be the reason that others wait: behind each page he rests twice as long as it took,
// which is the longer the more there is to do. Two thirds of the time are for the others.
void Feed::rest(Socket& socket, wire::Duration rest) {
  const wire::TimePoint until = loop_.now() + rest;
  resting_.push_back({until, socket.weak_from_this()});
  wake_rested(until);
}

// The one who rests shortest is not kept waiting by those before him.
void Feed::wake_rested(wire::TimePoint at) {
  if (resting_timer_.armed() && resting_until_ <= at) return;
  resting_until_ = at;
  resting_timer_.arm(at - loop_.now());
}

void Feed::read_rested() {
  std::vector<Resting> rested;
  std::erase_if(resting_, [&](Resting& resting) {
    if (resting.until > loop_.now()) return false;
    rested.push_back(std::move(resting));
    return true;
  });
  if (!resting_.empty()) {
    const auto next = std::min_element(resting_.begin(), resting_.end(),
                                       [](const Resting& a, const Resting& b) { return a.until < b.until; });
    wake_rested(next->until);
  }
  for (const Resting& resting : rested) {
    const auto socket = resting.socket.lock();
    if (socket && socket->connected()) read(*socket, *caller_of(*socket).stream);
  }
}

void Feed::send_row(Socket& socket, Stream& stream, storage::LogRow row) {
  const bool is_own = row.origin && row.origin == storage::origin_number(socket.id());
  const Stream::Row verdict = stream.on_row(row.position, is_own);
  if (verdict == Stream::Row::skip) return;
  if (verdict == Stream::Row::give) {
    contract::append_cursor(row.payload, to_text(Cursor{epoch_, row.position}));
    say(socket, event_name(row.type), wire::RawJson{row.payload});
  }
  std::optional<storage::Delivered> delivered;
  if (row.type == storage::LogType::message && row.sender_id != stream.listener().user_id) {
    delivered = {std::move(row.conversation_id), row.seq};
  }
  stream.on_asked(socket.request_receipt(), std::move(delivered));
}

// --- as it happens ---

void Feed::tell(const DurableEvent& event) {
  std::size_t sent = 0;
  for (const std::string& name : event.rooms) {
    const wire::sio::Room* room = nsp_.adapter().room(name);
    if (!room) continue;
    for (Socket* socket : room->members) {
      if (!socket->connected()) continue;
      Stream& stream = *caller_of(*socket).stream;
      switch (stream.on_event(event.position, socket->pressure())) {
        case Stream::Verdict::send:
          if (socket->id() != event.origin) { // that one has its ack
            socket->send_encoded(event.encoded);
            ++sent;
          }
          stream.on_asked(socket->request_receipt(),
                          event.sender_id != stream.listener().user_id ? event.message : std::nullopt);
          break;
        case Stream::Verdict::wait:
          socket->notify_drained();
          break;
        case Stream::Verdict::skip:
          break;
      }
    }
  }
  nsp_.adapter().count_sent(wire::sio::name_in(event.encoded), sent);
}

void Feed::tell_gap(Position position) {
  for (const auto& socket : nsp_.adapter().select({})) {
    Stream& stream = *caller_of(*socket).stream;
    if (stream.on_gap(position)) read(*socket, stream);
  }
}

void Feed::on_drained(Socket& socket) {
  Stream& stream = *caller_of(socket).stream;
  if (stream.on_drained()) read(socket, stream);
}

// --- proofs ---

void Feed::on_receipt(Socket& socket, std::uint64_t receipt) {
  if (!caller_of(socket).stream->on_receipt(receipt)) return;
  ripening_.push_back(socket.weak_from_this());
  if (!ripening_timer_.armed()) ripening_timer_.arm(limits::proof_ripening);
}

void Feed::prove_delivered(const Socket& socket, storage::Delivered delivered, Done<std::monostate> done) {
  const Stream& stream = *caller_of(socket).stream;
  home_.run(loop_, [this, listener = stream.listener(), id = socket.id(), sent = stream.sent(),
                    delivered = std::move(delivered),
                    done = home_.answer_on<std::monostate>(loop_, std::move(done))]() mutable {
    sync_.deliver(std::move(listener), std::move(id), std::move(delivered), sent, std::move(done));
  });
}

void Feed::prove_cursor(const Socket& socket, std::string cursor, Done<std::monostate> done) {
  const Stream& stream = *caller_of(socket).stream;
  home_.run(loop_,
            [this, listener = stream.listener(), id = socket.id(), sent = stream.sent(), cursor = std::move(cursor),
             done = home_.answer_on<std::monostate>(loop_, std::move(done))]() mutable {
              if (auto refused = sync_.acknowledge(listener, id, cursor, sent)) return done(*std::move(refused));
              done(std::monostate{});
            });
}

void Feed::bring_proofs() {
  struct Brought {
    Listener listener;
    std::string socket_id;
    services::Proof proof;
  };
  std::vector<Brought> brought;
  std::erase_if(ripening_, [&](const std::weak_ptr<Socket>& weak) {
    const auto socket = weak.lock();
    if (!socket || !socket->connected()) return true; // it is given that again
    Stream& stream = *caller_of(*socket).stream;
    if (auto proof = stream.ripen()) brought.push_back({stream.listener(), socket->id(), *std::move(proof)});
    return !stream.ripening();
  });
  if (!ripening_.empty()) ripening_timer_.arm(limits::proof_ripening);
  if (brought.empty()) return;
  home_.run(loop_, [this, brought = std::move(brought)]() mutable {
    for (auto& [listener, socket_id, proof] : brought) sync_.prove(listener, socket_id, std::move(proof));
  });
}

} // namespace mentara::gateways
