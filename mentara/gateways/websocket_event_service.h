#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "mentara/events/event_bus.h"
#include "mentara/events/events.h"
#include "mentara/gateways/feed.h"
#include "wire/sio/server.h"

namespace mentara::gateways {

// Turns what happened into what clients hear: subscribes to the event bus, hands durable events to the feeds of all
// loops and broadcasts the others. On the home loop.
class WebSocketEventService {
 public:
  struct Feeds { // of each loop
    std::vector<Feed*> messaging{};
    std::vector<Feed*> notifications{};
    std::vector<Feed*> video_calls{};
  };

  // `end_of_log`: the events above it are told.
  WebSocketEventService(events::EventBus& bus, wire::sio::Server& io, Feeds feeds, const Cursor& end_of_log);
  WebSocketEventService(const WebSocketEventService&) = delete;
  WebSocketEventService& operator=(const WebSocketEventService&) = delete;

  // The log holds rows up to here of which no event may tell, such as those of another node.
  void tell_gap(storage::Position end);

 private:
  void on_message_sent(const events::MessageSentEvent& event);
  void on_message_updated(const events::MessageUpdatedEvent& event);
  void on_message_deleted(const events::MessageDeletedEvent& event);
  void on_reaction_changed(const events::ReactionChangedEvent& event);
  void on_message_read(const events::MessageReadEvent& event);
  void on_message_delivered(const events::MessageDeliveredEvent& event);
  void on_conversation_updated(const events::ConversationUpdatedEvent& event);
  void on_settings_changed(const events::SettingsChangedEvent& event);
  void on_participant_joined(const events::ParticipantJoinedEvent& event);
  void on_participant_left(const events::ParticipantLeftEvent& event);
  void on_participant_updated(const events::ParticipantUpdatedEvent& event);
  void tell_participant(std::string_view name, const events::ParticipantChange& change);
  void on_conversation_created(const events::ConversationCreatedEvent& event);
  void on_call_ended(const events::CallEndedEvent& event);

  void on_notification_created(const events::NotificationCreatedEvent& event);
  void on_notification_updated(const events::NotificationUpdatedEvent& event);
  void on_notification_deleted(const events::NotificationDeletedEvent& event);
  void on_unread_notifications(const events::UnreadNotificationsEvent& event);

  // To the user_ rooms of all members, without the socket on which it was done.
  template <class Payload>
  void tell(const Cursor& cursor, const MemberIds& members, const events::Metadata& metadata, std::string_view name,
            const Payload& payload, std::optional<storage::Delivered> message = std::nullopt);
  // To all sockets of one user in /notifications.
  template <class Payload>
  void notify(const Cursor& cursor, const UserId& user, std::string_view name, const Payload& payload);
  template <class Call>
  void each(const std::vector<Feed*>& feeds, Call call); // on its loop
  // Through the feeds of its namespace; the others learn that this position is none of theirs.
  void tell(std::shared_ptr<const DurableEvent> event, const std::vector<Feed*>& feeds);

  // constant after construction
  wire::sio::Namespace& messaging_;
  wire::sio::Namespace& notifications_;
  wire::sio::Namespace& video_calls_;
  wire::net::Loop& loop_;
  const Feeds feeds_;

  storage::Position told_; // of the log
};

} // namespace mentara::gateways
