#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mentara/domain/test_clock.h"
#include "mentara/events/events.h"
#include "mentara/services/block_service.h"
#include "mentara/services/conversation_service.h"
#include "mentara/services/message_change_service.h"
#include "mentara/services/message_service.h"
#include "mentara/services/participant_service.h"
#include "mentara/storage/test_database.h"

// For tests: the services over a real database of either kind (test_database.h), and ears on everything that they
// publish.
namespace mentara::services {

struct World {
  World() { listen(); }

  // Everything ends as at a stop of the server, and begins again over the same files. In between somebody may do
  // something to the database.
  void restart(const std::string& sql = {}) {
    store.reset();
    loop.run_posted();
    database.connect()->execute(sql);
    store = database.open(loop.post(), clock);
    messages.emplace(*store, bus, clock);
    message_changes.emplace(*store, bus, clock);
    conversations.emplace(*store, bus, clock);
    participants.emplace(*store, bus, clock);
    blocks.emplace(*store, bus, clock);
  }

  wire::Result<SentMessage, Failure> send(const std::string& user, NewMessage message) {
    return ask<SentMessage>([&](auto done) { messages->send(actor(user), std::move(message), std::move(done)); });
  }
  wire::Result<SentMessage, Failure> send(const std::string& user, const std::string& conversation,
                                          const std::string& content) {
    return send(user, NewMessage{.conversation_id = {conversation}, .content = content});
  }
  wire::Result<HistoryPage, Failure> history(const std::string& user, HistoryQuery query) {
    return ask<HistoryPage>([&](auto done) { messages->history(actor(user), std::move(query), std::move(done)); });
  }
  wire::Result<ReadState, Failure> read(const std::string& user, ReadMark mark) {
    return ask<ReadState>([&](auto done) { messages->read(actor(user), std::move(mark), std::move(done)); });
  }
  wire::Result<Message, Failure> edit(const std::string& user, const MessageId& message, const std::string& content) {
    return ask<Message>([&](auto done) { message_changes->edit(actor(user), message, content, std::move(done)); });
  }
  wire::Result<std::vector<Edit>, Failure> edits(const std::string& user, const MessageId& message) {
    return ask<std::vector<Edit>>([&](auto done) { message_changes->edits(actor(user), message, std::move(done)); });
  }
  wire::Result<std::monostate, Failure> erase(const std::string& user, const MessageId& message) {
    return ask<std::monostate>([&](auto done) { message_changes->erase(actor(user), message, std::move(done)); });
  }
  using Reactions = wire::Result<std::vector<Reaction>, Failure>;
  Reactions add_reaction(const std::string& user, const MessageId& message, const std::string& emoji) {
    return ask<std::vector<Reaction>>(
        [&](auto done) { message_changes->add_reaction(actor(user), message, emoji, std::move(done)); });
  }
  Reactions remove_reaction(const std::string& user, const MessageId& message, const std::string& emoji) {
    return ask<std::vector<Reaction>>(
        [&](auto done) { message_changes->remove_reaction(actor(user), message, emoji, std::move(done)); });
  }
  wire::Result<CreatedConversation, Failure> create(const std::string& user, NewConversation request) {
    return ask<CreatedConversation>(
        [&](auto done) { conversations->create(actor(user), std::move(request), std::move(done)); });
  }
  wire::Result<ConversationPage, Failure> list(const std::string& user, ConversationQuery query = {}) {
    return ask<ConversationPage>(
        [&](auto done) { conversations->list(actor(user), std::move(query), std::move(done)); });
  }
  wire::Result<ConversationView, Failure> open(const std::string& user, const std::string& conversation) {
    return ask<ConversationView>(
        [&](auto done) { conversations->open(actor(user), ConversationId{conversation}, std::move(done)); });
  }
  wire::Result<ConversationView, Failure> update(const std::string& user, std::optional<std::string> title,
                                                 std::optional<std::string> metadata) {
    return ask<ConversationView>([&](auto done) {
      conversations->update(actor(user), ConversationId{"c"}, std::move(title), std::move(metadata), std::move(done));
    });
  }
  wire::Result<Settings, Failure> change(const std::string& user, SettingsChange change) {
    return ask<Settings>(
        [&](auto done) { conversations->change_settings(actor(user), ConversationId{"c"}, change, std::move(done)); });
  }
  using Participation = wire::Result<Participant, Failure>;
  Participation ask_add(const std::string& user, const std::string& conversation, const std::string& added,
                        MemberRole role) {
    return ask<Participant>([&](auto done) {
      participants->add(actor(user), ConversationId{conversation}, {added}, role, std::move(done));
    });
  }
  Participation add(const std::string& user, const std::string& added, MemberRole role = MemberRole::MEMBER) {
    return ask_add(user, "c", added, role);
  }
  Participation remove(const std::string& user, const std::string& removed) {
    return ask<Participant>(
        [&](auto done) { participants->remove(actor(user), ConversationId{"c"}, {removed}, std::move(done)); });
  }
  Participation set_role(const std::string& user, const std::string& changed, MemberRole role) {
    return ask<Participant>(
        [&](auto done) { participants->set_role(actor(user), ConversationId{"c"}, {changed}, role, std::move(done)); });
  }
  wire::Result<std::monostate, Failure> block(const std::string& user, const std::string& blocked) {
    return ask<std::monostate>([&](auto done) { blocks->block(actor(user), {blocked}, {}, std::move(done)); });
  }
  wire::Result<std::monostate, Failure> unblock(const std::string& user, const std::string& blocked) {
    return ask<std::monostate>([&](auto done) { blocks->unblock(actor(user), {blocked}, std::move(done)); });
  }
  wire::Result<std::vector<UserId>, Failure> hidden_from(const std::string& user, const std::string& conversation) {
    return ask<std::vector<UserId>>(
        [&](auto done) { blocks->hidden_from(actor(user), ConversationId{conversation}, std::move(done)); });
  }
  // A conversation of these, called `id`.
  void make_group(const std::string& id, const std::vector<std::string>& users) {
    NewConversation request{.type = ConversationType::GROUP, .conversation_id = {id}};
    for (const std::string& user : users) request.participant_ids.push_back({user});
    wire::check(create(users.front(), std::move(request)).has_value(), "the group could be made");
  }

  static Actor actor(const std::string& user) { return {{user}, "socket-of-" + user}; }

  template <class T, class Request>
  wire::Result<T, Failure> ask(Request request) {
    auto answer = loop.ask<T>(std::move(request));
    loop.run_posted();
    return answer;
  }

  storage::TestDatabase database;
  storage::TestLoop loop;
  FakeClock clock;
  events::EventBus bus{loop.post()};
  std::vector<events::MessageSentEvent> sent;
  std::vector<events::MessageUpdatedEvent> updated;
  std::vector<events::MessageDeletedEvent> deleted;
  std::vector<events::ReactionChangedEvent> reacted;
  std::vector<events::MessageReadEvent> was_read;
  std::vector<events::ConversationCreatedEvent> created;
  std::vector<events::ConversationUpdatedEvent> conversation_updates;
  std::vector<events::SettingsChangedEvent> settings_changes;
  std::vector<events::ParticipantJoinedEvent> joined;
  std::vector<events::ParticipantLeftEvent> left;
  std::vector<events::ParticipantUpdatedEvent> updated_participants;
  std::unique_ptr<storage::Store> store = database.open(loop.post(), clock);
  std::optional<MessageService> messages{std::in_place, *store, bus, clock};
  std::optional<MessageChangeService> message_changes{std::in_place, *store, bus, clock};
  std::optional<ConversationService> conversations{std::in_place, *store, bus, clock};
  std::optional<ParticipantService> participants{std::in_place, *store, bus, clock};
  std::optional<BlockService> blocks{std::in_place, *store, bus, clock};

 private:
  template <class Event>
  void keep(std::vector<Event>& heard) {
    bus.subscribe<Event>("test", [&heard](const auto& event) { heard.push_back(event); });
  }
  void listen() {
    keep(sent);
    keep(updated);
    keep(deleted);
    keep(reacted);
    keep(was_read);
    keep(created);
    keep(conversation_updates);
    keep(settings_changes);
    keep(joined);
    keep(left);
    keep(updated_participants);
  }
};

inline std::vector<std::string> contents(const std::vector<Message>& messages) {
  std::vector<std::string> texts;
  for (const Message& message : messages) texts.push_back(message.content);
  return texts;
}

} // namespace mentara::services
