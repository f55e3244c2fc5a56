#include "mentara/requests/messaging_requests.h"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "mentara/contract/messaging_acks.h"

namespace mentara::requests {
namespace {

template <class Id>
Id id_or_none(std::optional<Id> id) {
  return std::move(id).value_or(Id{});
}

std::string text_or_none(std::optional<contract::Metadata> metadata) {
  return metadata ? std::move(metadata->value) : std::string();
}

std::optional<std::int64_t> number(const std::optional<contract::Seq>& seq) {
  return seq ? std::optional(seq->value) : std::nullopt;
}

contract::ConversationAck to_ack(const ConversationView& view) {
  return {.conversation = contract::ConversationViewShape(view)};
}

contract::PlainAck plain(std::monostate) { return {}; }

contract::ParticipantAck to_participant_ack(const services::Participant& participant) {
  return {.participant = {participant.user_id.value, participant.role, participant.joined_at}};
}

contract::ReactionsAck to_reactions_ack(const std::vector<Reaction>& reactions) { return {.reactions = {reactions}}; }

} // namespace

// --- messages ---

void MessagingRequests::send(Actor actor, contract::SendMessage request, Reply reply) {
  services::NewMessage message{.conversation_id = std::move(request.conversationId),
                               .content = std::move(request.content.value),
                               .type = request.messageType.value,
                               .client_message_id = id_or_none(std::move(request.clientMessageId)),
                               .reply_to_id = id_or_none(std::move(request.replyToId)),
                               .attachments = to_domain(request.attachments.value),
                               .metadata = text_or_none(std::move(request.metadata))};
  home_.ask<services::SentMessage>(
      std::move(reply),
      [this, actor = std::move(actor), message = std::move(message)](Done<services::SentMessage> done) mutable {
        services_.messages.send(std::move(actor), std::move(message), std::move(done));
      },
      [](const services::SentMessage& sent) {
        return contract::MessageAck{.message = contract::MessageShape(sent.message),
                                    .duplicate = sent.duplicate ? std::optional(true) : std::nullopt};
      });
}

void MessagingRequests::history(Actor actor, contract::ReadHistory request, Reply reply) {
  services::HistoryQuery query{.conversation_id = std::move(request.conversationId),
                               .before_seq = number(request.beforeSeq),
                               .after_seq = number(request.afterSeq),
                               .around_seq = number(request.aroundSeq),
                               .limit = request.limit.value};
  home_.ask<services::HistoryPage>(
      std::move(reply),
      [this, actor = std::move(actor), query = std::move(query)](Done<services::HistoryPage> done) mutable {
        services_.messages.history(std::move(actor), std::move(query), std::move(done));
      },
      [](const services::HistoryPage& page) {
        return contract::HistoryAck{.messages = {page.messages}, .hasMore = page.has_more};
      });
}

void MessagingRequests::read(Actor actor, contract::ReadMessages request, Reply reply) {
  services::ReadMark mark{.conversation_id = id_or_none(std::move(request.conversationId)),
                          .seq = number(request.seq),
                          .message_id = id_or_none(std::move(request.messageId))};
  home_.ask<services::ReadState>(
      std::move(reply),
      [this, actor = std::move(actor), mark = std::move(mark)](Done<services::ReadState> done) mutable {
        services_.messages.read(std::move(actor), std::move(mark), std::move(done));
      },
      [](const services::ReadState& state) { return contract::ReadAck{.unreadCount = state.unread_count}; });
}

void MessagingRequests::search(Actor actor, contract::SearchMessages request, Reply reply) {
  services::SearchQuery query{.query = std::move(request.query.value),
                              .conversation_id = id_or_none(std::move(request.conversationId)),
                              .before = request.before ? std::move(request.before->value) : std::string(),
                              .limit = request.limit.value};
  home_.ask<services::SearchPage>(
      std::move(reply),
      [this, actor = std::move(actor), query = std::move(query)](Done<services::SearchPage> done) mutable {
        services_.search.search(std::move(actor), std::move(query), std::move(done));
      },
      [](const services::SearchPage& page) {
        contract::SearchAck ack{.messages = {page.messages}};
        if (!page.next_cursor.empty()) ack.nextCursor.value = page.next_cursor;
        return ack;
      });
}

void MessagingRequests::edit(Actor actor, contract::EditMessage request, Reply reply) {
  home_.ask<Message>(
      std::move(reply),
      [this, actor = std::move(actor), request = std::move(request)](Done<Message> done) mutable {
        services_.message_changes.edit(std::move(actor), std::move(request.messageId), std::move(request.content.value),
                                       std::move(done));
      },
      [](const Message& message) { return contract::MessageAck{.message = contract::MessageShape(message)}; });
}

void MessagingRequests::edits(Actor actor, contract::WhichMessage request, Reply reply) {
  home_.ask<std::vector<Edit>>(
      std::move(reply),
      [this, actor = std::move(actor), id = std::move(request.messageId)](Done<std::vector<Edit>> done) mutable {
        services_.message_changes.edits(std::move(actor), std::move(id), std::move(done));
      },
      [](const std::vector<Edit>& edits) { return contract::EditsAck{.edits = {edits}}; });
}

void MessagingRequests::erase(Actor actor, contract::WhichMessage request, Reply reply) {
  home_.ask<std::monostate>(
      std::move(reply),
      [this, actor = std::move(actor), id = std::move(request.messageId)](Done<std::monostate> done) mutable {
        services_.message_changes.erase(std::move(actor), std::move(id), std::move(done));
      },
      plain);
}

void MessagingRequests::add_reaction(Actor actor, contract::React request, Reply reply) {
  home_.ask<std::vector<Reaction>>(
      std::move(reply),
      [this, actor = std::move(actor), request = std::move(request)](Done<std::vector<Reaction>> done) mutable {
        services_.message_changes.add_reaction(std::move(actor), std::move(request.messageId),
                                               std::move(request.emoji.value), std::move(done));
      },
      to_reactions_ack);
}

void MessagingRequests::remove_reaction(Actor actor, contract::React request, Reply reply) {
  home_.ask<std::vector<Reaction>>(
      std::move(reply),
      [this, actor = std::move(actor), request = std::move(request)](Done<std::vector<Reaction>> done) mutable {
        services_.message_changes.remove_reaction(std::move(actor), std::move(request.messageId),
                                                  std::move(request.emoji.value), std::move(done));
      },
      to_reactions_ack);
}

// --- conversations ---

void MessagingRequests::create(Actor actor, contract::CreateConversation request, Reply reply) {
  services::NewConversation conversation{.type = request.type,
                                         .participant_ids = std::move(request.participantIds.value),
                                         .title = std::move(request.title.value),
                                         .metadata = text_or_none(std::move(request.metadata)),
                                         .conversation_id = id_or_none(std::move(request.conversationId)),
                                         .history_visibility = request.historyVisibility.value};
  home_.ask<services::CreatedConversation>(
      std::move(reply),
      [this, actor = std::move(actor),
       conversation = std::move(conversation)](Done<services::CreatedConversation> done) mutable {
        services_.conversations.create(std::move(actor), std::move(conversation), std::move(done));
      },
      [](const services::CreatedConversation& created) {
        return contract::CreatedAck{.conversation = contract::ConversationViewShape(created.conversation),
                                    .created = created.created};
      });
}

void MessagingRequests::list(Actor actor, contract::ListConversations request, Reply reply) {
  services::ConversationQuery query{.before = request.before ? std::move(request.before->value) : std::string(),
                                    .limit = request.limit.value,
                                    .unread_only = request.unreadOnly.value};
  home_.ask<services::ConversationPage>(
      std::move(reply),
      [this, actor = std::move(actor), query = std::move(query)](Done<services::ConversationPage> done) mutable {
        services_.conversations.list(std::move(actor), std::move(query), std::move(done));
      },
      [](const services::ConversationPage& page) {
        contract::ConversationsAck ack{.conversations = {page.conversations}};
        if (!page.next_cursor.empty()) ack.nextCursor.value = page.next_cursor;
        return ack;
      });
}

void MessagingRequests::update(Actor actor, contract::UpdateConversation request, Reply reply) {
  home_.ask<ConversationView>(
      std::move(reply),
      [this, actor = std::move(actor), request = std::move(request)](Done<ConversationView> done) mutable {
        const auto text = [](auto& field) { return field ? std::optional(std::move(field->value)) : std::nullopt; };
        services_.conversations.update(std::move(actor), std::move(request.conversationId), text(request.title),
                                       text(request.metadata), std::move(done));
      },
      to_ack);
}

void MessagingRequests::mute(Actor actor, contract::MuteConversation request, Reply reply) {
  const auto until = request.until ? std::optional(request.until->value) : std::nullopt;
  set(std::move(actor), std::move(request.conversationId), {.muted = request.value, .muted_until = until},
      std::move(reply));
}

void MessagingRequests::archive(Actor actor, contract::SetForOneself request, Reply reply) {
  set(std::move(actor), std::move(request.conversationId), {.archived = request.value}, std::move(reply));
}

void MessagingRequests::pin(Actor actor, contract::SetForOneself request, Reply reply) {
  set(std::move(actor), std::move(request.conversationId), {.pinned = request.value}, std::move(reply));
}

void MessagingRequests::change_settings(Actor actor, contract::ChangeSettings request, Reply reply) {
  const auto until = request.mutedUntil ? std::optional(request.mutedUntil->value) : std::nullopt;
  set(std::move(actor), std::move(request.conversationId),
      {.muted = request.muted, .muted_until = until, .archived = request.archived, .pinned = request.pinned},
      std::move(reply));
}

void MessagingRequests::set(Actor actor, ConversationId conversation, services::SettingsChange change, Reply reply) {
  home_.ask<Settings>(
      std::move(reply),
      [this, actor = std::move(actor), id = std::move(conversation), change](Done<Settings> done) mutable {
        services_.conversations.change_settings(std::move(actor), std::move(id), change, std::move(done));
      },
      [](const Settings& settings) { return contract::SettingsAck{.settings = contract::SettingsShape(settings)}; });
}

void MessagingRequests::join(Actor actor, contract::WhichConversation request, Reply reply) {
  home_.ask<ConversationView>(
      std::move(reply),
      [this, actor = std::move(actor), id = std::move(request.conversationId)](Done<ConversationView> done) mutable {
        services_.conversations.join(std::move(actor), std::move(id), std::move(done));
      },
      to_ack);
}

void MessagingRequests::open(Actor actor, contract::WhichConversation request, Reply reply) {
  home_.ask<ConversationView>(
      std::move(reply),
      [this, actor = std::move(actor), id = std::move(request.conversationId)](Done<ConversationView> done) mutable {
        services_.conversations.open(std::move(actor), std::move(id), std::move(done));
      },
      to_ack);
}

void MessagingRequests::check_member(Actor actor, contract::WhichConversation request, Reply reply) {
  home_.ask<std::monostate>(
      std::move(reply),
      [this, actor = std::move(actor), id = std::move(request.conversationId)](Done<std::monostate> done) mutable {
        services_.conversations.check_member(std::move(actor), std::move(id), std::move(done));
      },
      plain);
}

// --- participants ---

void MessagingRequests::add_participant(Actor actor, contract::AddParticipant request, Reply reply) {
  home_.ask<services::Participant>(
      std::move(reply),
      [this, actor = std::move(actor), request = std::move(request)](Done<services::Participant> done) mutable {
        services_.participants.add(std::move(actor), std::move(request.conversationId), std::move(request.userId),
                                   request.role.value, std::move(done));
      },
      to_participant_ack);
}

void MessagingRequests::remove_participant(Actor actor, contract::RemoveParticipant request, Reply reply) {
  home_.ask<services::Participant>(
      std::move(reply),
      [this, actor = std::move(actor), request = std::move(request)](Done<services::Participant> done) mutable {
        services_.participants.remove(std::move(actor), std::move(request.conversationId), std::move(request.userId),
                                      std::move(done));
      },
      to_participant_ack);
}

void MessagingRequests::set_role(Actor actor, contract::SetRole request, Reply reply) {
  home_.ask<services::Participant>(
      std::move(reply),
      [this, actor = std::move(actor), request = std::move(request)](Done<services::Participant> done) mutable {
        services_.participants.set_role(std::move(actor), std::move(request.conversationId), std::move(request.userId),
                                        request.role, std::move(done));
      },
      to_participant_ack);
}

// --- users ---

void MessagingRequests::block(Actor actor, contract::BlockUser request, Reply reply) {
  home_.ask<std::monostate>(
      std::move(reply),
      [this, actor = std::move(actor), request = std::move(request)](Done<std::monostate> done) mutable {
        services_.blocks.block(std::move(actor), std::move(request.userId), std::move(request.reason.value),
                               std::move(done));
      },
      plain);
}

void MessagingRequests::unblock(Actor actor, contract::UnblockUser request, Reply reply) {
  home_.ask<std::monostate>(
      std::move(reply),
      [this, actor = std::move(actor), user = std::move(request.userId)](Done<std::monostate> done) mutable {
        services_.blocks.unblock(std::move(actor), std::move(user), std::move(done));
      },
      plain);
}

} // namespace mentara::requests
