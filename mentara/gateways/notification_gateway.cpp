#include "mentara/gateways/notification_gateway.h"

#include <memory>
#include <optional>

#include "mentara/contract/decode.h"
#include "mentara/gateways/caller.h"
#include "wire/base/log.h"
#include "wire/base/log_scope.h"

namespace mentara::gateways {

using requests::NotificationRequests;
using wire::sio::Socket;
namespace event = contract::notifications::client_event;

NotificationGateway::NotificationGateway(wire::sio::Server& io, const Admission::Parts& admission, Services services)
    : loop_(io.loop()),
      nsp_(io.of(contract::notifications::nsp)),
      requests_(admission.home, loop_, services),
      feed_(nsp_, admission.home, admission.sync),
      admission_(admission, feed_, Channel::NOTIFICATIONS) {
  admission_.guard(nsp_);
  nsp_.on_connection([this](Socket& socket) { tell_unread_count(socket); });
  on(event::list, &NotificationRequests::list);
  on(event::read, &NotificationRequests::read);
  on(event::unread, &NotificationRequests::unread);
  on(event::erase, &NotificationRequests::erase);
  on(event::read_all, &NotificationRequests::read_all);
  on(event::preferences, &NotificationRequests::preferences);
  on(event::push_key, &NotificationRequests::push_key);
  on(event::push_subscribe, &NotificationRequests::subscribe_to_push);
  on(event::push_unsubscribe, &NotificationRequests::unsubscribe_from_push);
  nsp_.on(event::sync_ack.name, [this](Socket& socket, const wire::sio::Args& args, wire::sio::Ack ack) {
    Answer answer(socket, event::sync_ack.name, std::move(ack));
    if (const auto limited = admission_.throttle(socket, event::sync_ack.name)) return answer.failure(*limited);
    auto request = contract::decode<contract::ConfirmCursor>(args.empty() ? std::nullopt : std::optional(args[0]),
                                                             caller_of(socket).user());
    if (!request) return answer.failure(request.error());
    on_sync_ack(socket, std::move(*request), std::move(answer));
  });
  nsp_.on_unhandled([this](Socket& socket, std::string_view name, const wire::sio::Args&, wire::sio::Ack ack) {
    Answer answer(socket, name, std::move(ack));
    if (const auto limited = admission_.throttle(socket, name)) return answer.failure(*limited);
    answer.failure(
        {Code::unknown_event, "There is no such event in /notifications. Is its name spelt as in the contract?"});
  });
}

template <class Payload, class AckPayload>
void NotificationGateway::on(const contract::ClientEvent<Payload, AckPayload>& client_event,
                             void (NotificationRequests::*ask)(services::Actor, Payload, requests::Reply)) {
  nsp_.on(client_event.name,
          [this, name = client_event.name, ask](Socket& socket, const wire::sio::Args& args, wire::sio::Ack ack) {
            Answer answer(socket, name, std::move(ack));
            if (const auto limited = admission_.throttle(socket, name)) return answer.failure(*limited);
            auto request = contract::decode<Payload>(args.empty() ? std::nullopt : std::optional(args[0]),
                                                     caller_of(socket).user());
            if (!request) return answer.failure(request.error());
            (requests_.*ask)(actor_of(socket), std::move(*request), std::move(answer).as_reply());
          });
}

void NotificationGateway::on_sync_ack(Socket& socket, contract::ConfirmCursor request, Answer answer) {
  feed_.prove_cursor(socket, std::move(request.cursor.value), std::move(answer).as_reply(contract::PlainAck{}));
}

void NotificationGateway::tell_unread_count(Socket& socket) {
  requests_.count_unread(
      actor_of(socket), [weak = socket.weak_from_this()](wire::Result<UnreadNotifications, Failure> unread) {
        const auto asking = weak.lock();
        if (!asking || !asking->connected()) return;
        if (!unread) {
          const wire::LogScope scope(asking->handshake().request().connection_id());
          return wire::log(wire::LogLevel::warn, "a client was not told its unread notifications",
                           {{"socket", asking->id()}, {"why", unread.error().error}}); // the next change says it again
        }
        Feed::say(*asking, contract::notifications::server_event::unread_count.name,
                  contract::UnreadCount{unread->count, unread->version});
      });
}

} // namespace mentara::gateways
