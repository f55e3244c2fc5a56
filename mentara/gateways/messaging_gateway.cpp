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
using wire::Result;
using wire::sio::Socket;
namespace event = contract::messaging::client_event;

MessagingGateway::MessagingGateway(wire::sio::Server& io, const Admission::Parts& admission, Services services)
    : loop_(io.loop()),
      nsp_(io.of(contract::messaging::nsp)),
      home_(admission.home),
      services_(services),
      admission_(admission),
      typing_timer_(loop_, [this] { expire_typing(); }) {
  admission_.guard(nsp_);
  on(event::message_send, &MessagingGateway::on_message_send);
  on(event::message_read, &MessagingGateway::on_message_read);
  on(event::typing_start, &MessagingGateway::on_typing_start);
  on(event::typing_stop, &MessagingGateway::on_typing_stop);
  on(event::conversation_create, &MessagingGateway::on_conversation_create);
  on(event::conversation_join, &MessagingGateway::on_conversation_join);
  on(event::conversation_leave, &MessagingGateway::on_conversation_leave);
  on(event::conversation_list, &MessagingGateway::on_conversation_list);
  on(event::conversation_history, &MessagingGateway::on_conversation_history);

  nsp_.on_unhandled([](Socket& socket, std::string_view name, const wire::sio::Args&, wire::sio::Ack ack) {
    Answer(socket, name, std::move(ack))
        .failure({Code::unknown_event, "There is no such event in /messaging. Is its name spelt as in the contract?"});
  });
  nsp_.on_disconnecting([this](Socket& socket, wire::sio::DisconnectReason) { end_typing(typing_.drop(socket.id())); });
}

template <class Payload, class AckPayload>
void MessagingGateway::on(const contract::ClientEvent<Payload, AckPayload>& client_event,
                          void (MessagingGateway::*handler)(Socket&, Payload, Answer)) {
  nsp_.on(client_event.name,
          [this, name = client_event.name, handler](Socket& socket, const wire::sio::Args& args, wire::sio::Ack ack) {
            Answer answer(socket, name, std::move(ack));
            auto request = contract::decode<Payload>(args.empty() ? std::nullopt : std::optional(args[0]),
                                                     caller_of(socket).user());
            if (!request) return answer.failure(request.error());
            (this->*handler)(socket, std::move(*request), std::move(answer));
          });
}

template <class T, class Ask, class Then>
void MessagingGateway::ask(Ask ask, Then then) {
  home_.run(loop_, [this, ask = std::move(ask), then = std::move(then)]() mutable {
    ask(home_.answer_on<T>(loop_, std::move(then)));
  });
}

// --- messages ---

void MessagingGateway::on_message_send(Socket& socket, contract::SendMessage request, Answer answer) {
  services::NewMessage message{.conversation_id = std::move(request.conversationId),
                               .content = std::move(request.content.value),
                               .type = request.messageType.value,
                               .client_message_id = std::move(request.clientMessageId).value_or(ClientMessageId{}),
                               .reply_to_id = std::move(request.replyToId).value_or(MessageId{}),
                               .attachments = to_domain(request.attachments.value),
                               .metadata = request.metadata ? std::move(request.metadata->value) : std::string()};
  ask<services::SentMessage>(
      [this, actor = actor_of(socket), message = std::move(message)](Done<services::SentMessage> done) mutable {
        services_.messages.send(std::move(actor), std::move(message), std::move(done));
      },
      [answer = std::move(answer)](Result<services::SentMessage, Failure> sent) mutable {
        if (!sent) return answer.failure(sent.error());
        answer.success(contract::MessageAck{.message = contract::MessageShape(sent->message),
                                            .duplicate = sent->duplicate ? std::optional(true) : std::nullopt});
      });
}

void MessagingGateway::on_message_read(Socket& socket, contract::ReadMessages request, Answer answer) {
  services::ReadMark mark{.conversation_id = std::move(request.conversationId).value_or(ConversationId{}),
                          .seq = request.seq ? std::optional(request.seq->value) : std::nullopt,
                          .message_id = std::move(request.messageId).value_or(MessageId{})};
  ask<services::ReadState>(
      [this, actor = actor_of(socket), mark = std::move(mark)](Done<services::ReadState> done) mutable {
        services_.messages.read(std::move(actor), std::move(mark), std::move(done));
      },
      [answer = std::move(answer)](Result<services::ReadState, Failure> state) mutable {
        if (!state) return answer.failure(state.error());
        answer.success(contract::ReadAck{.unreadCount = state->unread_count});
      });
}

void MessagingGateway::on_conversation_history(Socket& socket, contract::ReadHistory request, Answer answer) {
  const auto seq = [](const std::optional<contract::Seq>& from) {
    return from ? std::optional(from->value) : std::nullopt;
  };
  services::HistoryQuery query{.conversation_id = std::move(request.conversationId),
                               .before_seq = seq(request.beforeSeq),
                               .after_seq = seq(request.afterSeq),
                               .around_seq = seq(request.aroundSeq),
                               .limit = request.limit.value};
  ask<services::HistoryPage>(
      [this, actor = actor_of(socket), query = std::move(query)](Done<services::HistoryPage> done) mutable {
        services_.messages.history(std::move(actor), std::move(query), std::move(done));
      },
      [answer = std::move(answer)](Result<services::HistoryPage, Failure> page) mutable {
        if (!page) return answer.failure(page.error());
        answer.success(contract::HistoryAck{.messages = {page->messages}, .hasMore = page->has_more});
      });
}

// --- conversations ---

void MessagingGateway::on_conversation_create(Socket& socket, contract::CreateConversation request, Answer answer) {
  services::NewConversation conversation{
      .type = request.type,
      .participant_ids = std::move(request.participantIds.value),
      .title = std::move(request.title.value),
      .metadata = request.metadata ? std::move(request.metadata->value) : std::string(),
      .conversation_id = std::move(request.conversationId).value_or(ConversationId{}),
      .history_visibility = request.historyVisibility.value};
  ask<services::CreatedConversation>(
      [this, actor = actor_of(socket),
       conversation = std::move(conversation)](Done<services::CreatedConversation> done) mutable {
        services_.conversations.create(std::move(actor), std::move(conversation), std::move(done));
      },
      [answer = std::move(answer)](Result<services::CreatedConversation, Failure> created) mutable {
        if (!created) return answer.failure(created.error());
        answer.success(contract::CreatedAck{.conversation = contract::ConversationViewShape(created->conversation),
                                            .created = created->created});
      });
}

void MessagingGateway::on_conversation_list(Socket& socket, contract::ListConversations request, Answer answer) {
  services::ConversationQuery query{.before = request.before ? std::move(request.before->value) : std::string(),
                                    .limit = request.limit.value,
                                    .unread_only = request.unreadOnly.value};
  ask<services::ConversationPage>(
      [this, actor = actor_of(socket), query = std::move(query)](Done<services::ConversationPage> done) mutable {
        services_.conversations.list(std::move(actor), std::move(query), std::move(done));
      },
      [answer = std::move(answer)](Result<services::ConversationPage, Failure> page) mutable {
        if (!page) return answer.failure(page.error());
        contract::ConversationsAck ack{.conversations = {page->conversations}};
        if (!page->next_cursor.empty()) ack.nextCursor.value = page->next_cursor;
        answer.success(ack);
      });
}

void MessagingGateway::on_conversation_join(Socket& socket, contract::WhichConversation request, Answer answer) {
  ask<ConversationView>(
      [this, actor = actor_of(socket), id = request.conversationId](Done<ConversationView> done) mutable {
        services_.conversations.open(std::move(actor), std::move(id), std::move(done));
      },
      [weak = socket.weak_from_this(), answer = std::move(answer)](Result<ConversationView, Failure> view) mutable {
        if (!view) return answer.failure(view.error());
        const auto joining = weak.lock();
        if (!joining) return;
        if (!joining->join(conversation_room(view->conversation.id))) {
          return answer.failure(
              {Code::rate_limited, "This socket has opened too many conversations. Leave some of them."});
        }
        answer.success(contract::ConversationAck{.conversation = contract::ConversationViewShape(*view)});
      });
}

void MessagingGateway::on_conversation_leave(Socket& socket, contract::WhichConversation request, Answer answer) {
  const Typing::Typist typist{socket.id(), caller_of(socket).user().id, request.conversationId};
  if (typing_.stop(typist)) tell_typing(typist, false);
  socket.leave(conversation_room(request.conversationId));
  ask<ConversationView>(
      [this, actor = actor_of(socket), id = request.conversationId](Done<ConversationView> done) mutable {
        services_.conversations.open(std::move(actor), std::move(id), std::move(done));
      },
      [answer = std::move(answer)](Result<ConversationView, Failure> view) mutable {
        if (!view) return answer.failure(view.error());
        answer.success(contract::ConversationAck{.conversation = contract::ConversationViewShape(*view)});
      });
}

// --- typing ---

void MessagingGateway::on_typing_start(Socket& socket, contract::WhichConversation request, Answer answer) {
  // Who has the conversation open was found to be a member then.
  if (socket.in_room(conversation_room(request.conversationId))) {
    begin_typing(socket, request.conversationId);
    return answer.success(contract::PlainAck{});
  }
  ask<std::monostate>(
      [this, actor = actor_of(socket), id = request.conversationId](Done<std::monostate> done) mutable {
        services_.conversations.check_member(std::move(actor), std::move(id), std::move(done));
      },
      [this, weak = socket.weak_from_this(), id = request.conversationId,
       answer = std::move(answer)](Result<std::monostate, Failure> member) mutable {
        if (!member) return answer.failure(member.error());
        const auto typing = weak.lock();
        if (typing && typing->connected()) begin_typing(*typing, id);
        answer.success(contract::PlainAck{});
      });
}

void MessagingGateway::on_typing_stop(Socket& socket, contract::WhichConversation request, Answer answer) {
  const Typing::Typist typist{socket.id(), caller_of(socket).user().id, request.conversationId};
  if (typing_.stop(typist)) {
    tell_typing(typist, false);
    return answer.success(contract::PlainAck{});
  }
  ask<std::monostate>(
      [this, actor = actor_of(socket), id = request.conversationId](Done<std::monostate> done) mutable {
        services_.conversations.check_member(std::move(actor), std::move(id), std::move(done));
      },
      [answer = std::move(answer)](Result<std::monostate, Failure> member) mutable {
        if (!member) return answer.failure(member.error());
        answer.success(contract::PlainAck{});
      });
}

void MessagingGateway::begin_typing(Socket& socket, const ConversationId& conversation) {
  const Typing::Typist typist{socket.id(), caller_of(socket).user().id, conversation};
  if (typing_.start(typist, loop_.now())) tell_typing(typist, true);
  arm_typing();
}

void MessagingGateway::tell_typing(const Typing::Typist& typist, bool is_typing) {
  nsp_.to(conversation_room(typist.conversation_id))
      .except(user_room(typist.user_id))
      .volatile_()
      .emit(contract::messaging::server_event::typing.name,
            contract::TypingChanged{typist.conversation_id.value, typist.user_id.value, is_typing});
}

void MessagingGateway::end_typing(const std::vector<Typing::Typist>& typists) {
  for (const Typing::Typist& typist : typists) tell_typing(typist, false);
}

void MessagingGateway::expire_typing() {
  end_typing(typing_.expire(loop_.now()));
  arm_typing();
}

void MessagingGateway::arm_typing() {
  if (const auto next = typing_.next_expiry()) typing_timer_.arm(*next - loop_.now());
}

} // namespace mentara::gateways
