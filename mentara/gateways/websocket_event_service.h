#pragma once

#include "mentara/events/event_bus.h"
#include "mentara/events/events.h"
#include "wire/sio/server.h"

namespace mentara::gateways {

// Turns what happened into what clients hear: subscribes to the event bus, and broadcasts to the rooms of those
// concerned. On the home loop; the adapter brings each broadcast to the other loops.
class WebSocketEventService {
 public:
  WebSocketEventService(events::EventBus& bus, wire::sio::Server& io);
  WebSocketEventService(const WebSocketEventService&) = delete;
  WebSocketEventService& operator=(const WebSocketEventService&) = delete;

 private:
  void on_message_sent(const events::MessageSentEvent& event);
  void on_message_updated(const events::MessageUpdatedEvent& event);
  void on_message_deleted(const events::MessageDeletedEvent& event);
  void on_reaction_changed(const events::ReactionChangedEvent& event);
  void on_message_read(const events::MessageReadEvent& event);
  void on_conversation_created(const events::ConversationCreatedEvent& event);

  wire::sio::Namespace& messaging_;
};

} // namespace mentara::gateways
