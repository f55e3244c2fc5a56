#pragma once

#include "mentara/contract/messaging_requests.h"
#include "mentara/requests/home_requests.h"
#include "mentara/services/actor.h"
#include "mentara/services/conversation_service.h"
#include "mentara/services/message_change_service.h"
#include "mentara/services/message_service.h"

// What the requests of the contract mean, whichever way they came: sockets and REST ask the same services for the same
// things and get the same answers. One object for each loop.
namespace mentara::requests {

class MessagingRequests {
 public:
  struct Services { // on the home loop
    services::MessageService& messages;
    services::MessageChangeService& message_changes;
    services::ConversationService& conversations;
  };
  using Actor = services::Actor;

  MessagingRequests(const connections::Home& home, wire::net::Loop& loop, Services services)
      : home_(home, loop), services_(services) {}

  void send(Actor actor, contract::SendMessage request, Reply reply);
  void history(Actor actor, contract::ReadHistory request, Reply reply);
  void read(Actor actor, contract::ReadMessages request, Reply reply);

  void edit(Actor actor, contract::EditMessage request, Reply reply);
  void edits(Actor actor, contract::WhichMessage request, Reply reply);
  void erase(Actor actor, contract::WhichMessage request, Reply reply);
  void add_reaction(Actor actor, contract::React request, Reply reply);
  void remove_reaction(Actor actor, contract::React request, Reply reply);

  void create(Actor actor, contract::CreateConversation request, Reply reply);
  void list(Actor actor, contract::ListConversations request, Reply reply);
  void open(Actor actor, contract::WhichConversation request, Reply reply);
  void check_member(Actor actor, contract::WhichConversation request, Reply reply);

 private:
  const HomeRequests home_;
  const Services services_;
};

} // namespace mentara::requests
