#include "mentara/gateways/messaging_gateway.h"

#include <memory>
#include <optional>

#include "mentara/connections/rooms.h"
#include "mentara/contract/decode.h"
#include "mentara/gateways/caller.h"
#include "wire/base/log.h"

namespace mentara::gateways {

using connections::conversation_room;
using connections::user_room;
using requests::MessagingRequests;
using requests::PresenceRequests;
using wire::Result;
using wire::sio::Socket;
namespace event = contract::messaging::client_event;

MessagingGateway::MessagingGateway(wire::sio::Server& io, const Admission::Parts& admission, Services services,
                                   connections::PresenceService& presence, connections::ViewerService& viewers)
    : loop_(io.loop()),
      nsp_(io.of(contract::messaging::nsp)),
      home_(admission.home),
      viewers_(viewers),
      requests_(admission.home, loop_, services),
      presence_requests_(admission.home, loop_, presence),
      feed_(nsp_, admission.home, admission.sync),
      admission_(admission, feed_, Channel::MESSAGING),
      typing_timer_(loop_, [this] { expire_typing(); }) {
  admission_.guard(nsp_);
  on(event::message_send, &MessagingRequests::send);
  on(event::message_edit, &MessagingRequests::edit);
  on(event::message_edits, &MessagingRequests::edits);
  on(event::message_search, &MessagingRequests::search);
  on(event::message_delete, &MessagingRequests::erase);
  on(event::message_read, &MessagingRequests::read);
  on(event::reaction_add, &MessagingRequests::add_reaction);
  on(event::reaction_remove, &MessagingRequests::remove_reaction);
  on(event::message_delivered, &MessagingGateway::on_message_delivered);
  on(event::sync_ack, &MessagingGateway::on_sync_ack);
  on(event::typing_start, &MessagingGateway::on_typing_start);
  on(event::typing_stop, &MessagingGateway::on_typing_stop);
  on(event::conversation_create, &MessagingRequests::create);
  on(event::conversation_join, &MessagingGateway::on_conversation_join);
  on(event::conversation_leave, &MessagingGateway::on_conversation_leave);
  on(event::conversation_list, &MessagingRequests::list);
  on(event::conversation_update, &MessagingRequests::update);
  on(event::conversation_mute, &MessagingRequests::mute);
  on(event::conversation_archive, &MessagingRequests::archive);
  on(event::conversation_pin, &MessagingRequests::pin);
  on(event::participant_add, &MessagingRequests::add_participant);
  on(event::participant_remove, &MessagingRequests::remove_participant);
  on(event::participant_role, &MessagingRequests::set_role);
  on(event::presence_set, &PresenceRequests::set);
  on(event::presence_subscribe, &PresenceRequests::subscribe);
  on(event::presence_unsubscribe, &PresenceRequests::unsubscribe);
  on(event::user_block, &MessagingRequests::block);
  on(event::user_unblock, &MessagingRequests::unblock);
  on(event::conversation_history, &MessagingRequests::history);

  nsp_.on_unhandled([this](Socket& socket, std::string_view name, const wire::sio::Args&, wire::sio::Ack ack) {
    Answer answer(socket, name, std::move(ack));
    if (const auto limited = admission_.throttle(socket, name)) return answer.failure(*limited);
    answer.failure(
        {Code::unknown_event, "There is no such event in /messaging. Is its name spelt as in the contract?"});
  });
  nsp_.on_disconnecting([this](Socket& socket, wire::sio::DisconnectReason) { end_typing(typing_.drop(socket.id())); });
}

template <class Payload, class AckPayload>
void MessagingGateway::on(const contract::ClientEvent<Payload, AckPayload>& client_event,
                          void (MessagingGateway::*handler)(Socket&, Payload, Answer)) {
  nsp_.on(client_event.name,
          [this, name = client_event.name, handler](Socket& socket, const wire::sio::Args& args, wire::sio::Ack ack) {
            Answer answer(socket, name, std::move(ack));
            if (const auto limited = admission_.throttle(socket, name)) return answer.failure(*limited);
            auto request = contract::decode<Payload>(args.empty() ? std::nullopt : std::optional(args[0]),
                                                     caller_of(socket).user());
            if (!request) return answer.failure(request.error());
            (this->*handler)(socket, std::move(*request), std::move(answer));
          });
}

template <class Payload, class AckPayload, class Requests>
void MessagingGateway::on(const contract::ClientEvent<Payload, AckPayload>& client_event, Requests& to,
                          void (Requests::*ask)(services::Actor, Payload, requests::Reply)) {
  nsp_.on(client_event.name,
          [this, &to, name = client_event.name, ask](Socket& socket, const wire::sio::Args& args, wire::sio::Ack ack) {
            Answer answer(socket, name, std::move(ack));
            if (const auto limited = admission_.throttle(socket, name)) return answer.failure(*limited);
            auto request = contract::decode<Payload>(args.empty() ? std::nullopt : std::optional(args[0]),
                                                     caller_of(socket).user());
            if (!request) return answer.failure(request.error());
            (to.*ask)(actor_of(socket), std::move(*request), std::move(answer).as_reply());
          });
}

// --- what the device has ---

void MessagingGateway::on_message_delivered(Socket& socket, contract::ConfirmDelivery request, Answer answer) {
  feed_.prove_delivered(socket, {std::move(request.conversationId), request.seq.value},
                        std::move(answer).as_reply(contract::PlainAck{}));
}

void MessagingGateway::on_sync_ack(Socket& socket, contract::ConfirmCursor request, Answer answer) {
  feed_.prove_cursor(socket, std::move(request.cursor.value), std::move(answer).as_reply(contract::PlainAck{}));
}

// --- conversations ---

void MessagingGateway::on_conversation_join(Socket& socket, contract::WhichConversation request, Answer answer) {
  requests_.open(actor_of(socket), request,
                 [this, weak = socket.weak_from_this(), id = request.conversationId,
                  answer = std::move(answer)](Result<std::string, Failure> view) mutable {
                   if (!view) return answer.failure(view.error());
                   const auto joining = weak.lock();
                   if (!joining) return;
                   if (!joining->join(conversation_room(id))) {
                     return answer.failure(
                         {Code::rate_limited, "This socket has opened too many conversations. Leave some of them."});
                   }
                   answer.success(wire::RawJson{*view});
                   home_.run(loop_, [this, actor = actor_of(*joining), id] { viewers_.open(actor, id); });
                 });
}

void MessagingGateway::on_conversation_leave(Socket& socket, contract::WhichConversation request, Answer answer) {
  const Typing::Typist typist{socket.id(), caller_of(socket).user().id, request.conversationId};
  if (const auto stopped = typing_.stop(typist)) tell_typing(*stopped, false);
  socket.leave(conversation_room(request.conversationId));
  home_.run(loop_, [this, actor = actor_of(socket), id = request.conversationId] { viewers_.close(actor, id); });
  requests_.open(actor_of(socket), std::move(request), std::move(answer).as_reply());
}

// --- typing ---

void MessagingGateway::on_typing_start(Socket& socket, contract::WhichConversation request, Answer answer) {
  // Who has the conversation open is a member.
  Typing::Typist typist{socket.id(), caller_of(socket).user().id, request.conversationId, {}};
  if (socket.in_room(conversation_room(request.conversationId)) && typing_.go_on(typist, loop_.now())) {
    return answer.success(contract::PlainAck{});
  }
  requests_.hidden_from(actor_of(socket), request.conversationId,
                        [this, weak = socket.weak_from_this(), typist = std::move(typist),
                         answer = std::move(answer)](Result<std::vector<UserId>, Failure> hidden_from) mutable {
                          if (!hidden_from) return answer.failure(hidden_from.error());
                          typist.hidden_from = std::move(*hidden_from);
                          const auto typing = weak.lock();
                          if (typing && typing->connected()) begin_typing(typist);
                          answer.success(contract::PlainAck{});
                        });
}

void MessagingGateway::on_typing_stop(Socket& socket, contract::WhichConversation request, Answer answer) {
  const Typing::Typist typist{socket.id(), caller_of(socket).user().id, request.conversationId};
  if (const auto stopped = typing_.stop(typist)) {
    tell_typing(*stopped, false);
    arm_typing();
    return answer.success(contract::PlainAck{});
  }
  requests_.check_member(actor_of(socket), std::move(request), std::move(answer).as_reply());
}

void MessagingGateway::begin_typing(const Typing::Typist& typist) {
  if (typing_.start(typist, loop_.now())) tell_typing(typist, true);
  arm_typing();
}

void MessagingGateway::tell_typing(const Typing::Typist& typist, bool is_typing) {
  wire::sio::BroadcastOptions options;
  options.rooms.push_back(conversation_room(typist.conversation_id));
  options.except.push_back(user_room(typist.user_id));
  for (const UserId& user : typist.hidden_from) options.except.push_back(user_room(user));
  options.flags.is_ephemeral = true;
  wire::sio::Broadcast(nsp_.adapter(), std::move(options))
      .emit(contract::messaging::server_event::typing.name,
            contract::TypingChanged{typist.conversation_id.value, typist.user_id.value, is_typing});
}

void MessagingGateway::end_typing(const std::vector<Typing::Typist>& typists) {
  for (const Typing::Typist& typist : typists) tell_typing(typist, false);
}

void MessagingGateway::expire_typing() {
  const Typing::News news = typing_.expire(loop_.now());
  for (const Typing::Typist& typist : news.began) tell_typing(typist, true);
  end_typing(news.ended);
  arm_typing();
}

void MessagingGateway::arm_typing() {
  if (const auto next = typing_.next_expiry()) typing_timer_.arm(*next - loop_.now());
}

} // namespace mentara::gateways
