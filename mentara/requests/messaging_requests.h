#pragma once

#include <utility>
#include <vector>

#include "mentara/contract/messaging_requests.h"
#include "mentara/requests/home_requests.h"
#include "mentara/services/actor.h"
#include "mentara/services/block_service.h"
#include "mentara/services/conversation_service.h"
#include "mentara/services/message_change_service.h"
#include "mentara/services/message_service.h"
#include "mentara/services/participant_service.h"
#include "mentara/services/search_service.h"

// What the requests of the contract mean, whichever way they came: sockets and REST ask the same services for the same
// things and get the same answers. One object for each loop.
namespace mentara::requests {

class MessagingRequests {
 public:
  struct Services { // on the home loop
    services::MessageService& messages;
    services::MessageChangeService& message_changes;
    services::ConversationService& conversations;
    services::ParticipantService& participants;
    services::BlockService& blocks;
    services::SearchService& search;
  };
  using Actor = services::Actor;

  MessagingRequests(const connections::Home& home, wire::net::Loop& loop, Services services)
      : home_(home, loop), services_(services) {}

  void send(Actor actor, contract::SendMessage request, Reply reply);
  void history(Actor actor, contract::ReadHistory request, Reply reply);
  void read(Actor actor, contract::ReadMessages request, Reply reply);

  void search(Actor actor, contract::SearchMessages request, Reply reply);

  void edit(Actor actor, contract::EditMessage request, Reply reply);
  void edits(Actor actor, contract::WhichMessage request, Reply reply);
  void erase(Actor actor, contract::WhichMessage request, Reply reply);
  void add_reaction(Actor actor, contract::React request, Reply reply);
  void remove_reaction(Actor actor, contract::React request, Reply reply);

  void create(Actor actor, contract::CreateConversation request, Reply reply);
  void list(Actor actor, contract::ListConversations request, Reply reply);
  void update(Actor actor, contract::UpdateConversation request, Reply reply);
  void mute(Actor actor, contract::MuteConversation request, Reply reply);
  void archive(Actor actor, contract::SetForOneself request, Reply reply);
  void pin(Actor actor, contract::SetForOneself request, Reply reply);
  void change_settings(Actor actor, contract::ChangeSettings request, Reply reply);
  void join(Actor actor, contract::WhichConversation request, Reply reply);
  void open(Actor actor, contract::WhichConversation request, Reply reply);
  void check_member(Actor actor, contract::WhichConversation request, Reply reply);
  // Not answered to clients: who of the conversation is not to see the actor type.
  template <class Then>
  void hidden_from(Actor actor, ConversationId conversation, Then then) {
    home_.run<std::vector<UserId>>(
        [this, actor = std::move(actor), conversation = std::move(conversation)](auto done) mutable {
          services_.blocks.hidden_from(std::move(actor), std::move(conversation), std::move(done));
        },
        std::move(then));
  }

  void add_participant(Actor actor, contract::AddParticipant request, Reply reply);
  void remove_participant(Actor actor, contract::RemoveParticipant request, Reply reply);
  void set_role(Actor actor, contract::SetRole request, Reply reply);

  void block(Actor actor, contract::BlockUser request, Reply reply);
  void unblock(Actor actor, contract::UnblockUser request, Reply reply);

 private:
  void set(Actor actor, ConversationId conversation, services::SettingsChange change, Reply reply);

  const HomeRequests home_;
  const Services services_;
};

} // namespace mentara::requests
