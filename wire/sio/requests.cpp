#include "wire/sio/requests.h"

#include <iterator>
#include <utility>

#include "wire/sio/guarded.h"

namespace wire::sio {

struct Requests::Pending final : net::WheelTimer {
  Pending(Requests& o, std::uint64_t i, std::size_t s) : owner(o), id(i), servers(s) {}
  ~Pending() = default;
  void on_timer(TimePoint) override { owner.finish(id); }

  Requests& owner;
  const std::uint64_t id;
  std::size_t servers;     // that have not spoken yet
  std::size_t asked = 0;   // clients, by the servers that have spoken
  std::size_t clients = 0; // whose answers are to come
  Completeness lost;       // who will not answer any more
  std::vector<Payload> answers;
  std::vector<RemoteSocket> sockets;
  AnswersHandler on_answers; // one of the three
  AnswersRelay relay;
  SocketsHandler on_sockets;
};

Requests::Requests(net::TimingWheel& timers) : timers_(timers) {}

Requests::~Requests() = default;

Requests::Pending& Requests::begin(std::size_t servers, TimePoint deadline) {
  const std::uint64_t id = next_id_++;
  Pending& pending = *pending_.emplace(id, std::make_unique<Pending>(*this, id, servers)).first->second;
  timers_.arm(pending, deadline);
  return pending;
}

std::uint64_t Requests::begin_broadcast(std::size_t servers, TimePoint deadline, AnswersHandler handler) {
  Pending& pending = begin(servers, deadline);
  pending.on_answers = std::move(handler);
  return pending.id;
}

std::uint64_t Requests::begin_relay(std::size_t servers, TimePoint deadline, AnswersRelay relay) {
  Pending& pending = begin(servers, deadline);
  pending.relay = std::move(relay);
  return pending.id;
}

std::uint64_t Requests::begin_fetch(std::size_t servers, TimePoint deadline, SocketsHandler handler) {
  Pending& pending = begin(servers, deadline);
  pending.on_sockets = std::move(handler);
  return pending.id;
}

Requests::Pending* Requests::find(std::uint64_t id) {
  const auto found = pending_.find(id);
  return found == pending_.end() ? nullptr : found->second.get();
}

void Requests::on_clients(std::uint64_t id, std::size_t count) {
  Pending* pending = find(id);
  if (!pending) return;
  pending->clients += count;
  pending->asked += count;
  --pending->servers;
  if (pending->servers == 0 && pending->relay.on_clients) pending->relay.on_clients(pending->asked);
  finish_if_complete(*pending);
}

void Requests::on_answer(std::uint64_t id, Payload answer) {
  Pending* pending = find(id);
  if (!pending) return;
  --pending->clients;
  if (pending->relay.on_answer) {
    pending->relay.on_answer(std::move(answer));
  } else {
    pending->answers.push_back(std::move(answer));
  }
  finish_if_complete(*pending);
}

void Requests::on_no_answer(std::uint64_t id) {
  Pending* pending = find(id);
  if (!pending) return;
  --pending->clients;
  ++pending->lost.clients_missing;
  finish_if_complete(*pending);
}

void Requests::on_sockets(std::uint64_t id, std::vector<RemoteSocket> sockets) {
  Pending* pending = find(id);
  if (!pending) return;
  pending->sockets.insert(pending->sockets.end(), std::make_move_iterator(sockets.begin()),
                          std::make_move_iterator(sockets.end()));
  --pending->servers;
  finish_if_complete(*pending);
}

void Requests::on_servers_counted(std::uint64_t id, std::size_t servers) {
  Pending* pending = find(id);
  if (!pending) return;
  pending->servers += servers;
  --pending->servers;
  finish_if_complete(*pending);
}

void Requests::on_no_server(std::uint64_t id) {
  Pending* pending = find(id);
  if (!pending) return;
  ++pending->lost.servers_missing;
  --pending->servers;
  finish_if_complete(*pending);
}

void Requests::finish_if_complete(Pending& pending) {
  if (pending.servers == 0 && pending.clients == 0) finish(pending.id);
}

void Requests::finish(std::uint64_t id) {
  const auto node = pending_.extract(id);
  const std::unique_ptr<Pending>& pending = node.mapped();
  Completeness complete = pending->lost;
  complete.servers_missing += pending->servers;
  // An answer may come before its server has counted.
  if (pending->clients <= pending->asked) complete.clients_missing += pending->clients;
  pending->cancel();
  if (pending->on_answers) {
    guarded("answers", [&] { pending->on_answers(complete, pending->answers); });
  } else if (pending->on_sockets) {
    guarded("sockets", [&] { pending->on_sockets(complete, pending->sockets); });
  }
}

} // namespace wire::sio
