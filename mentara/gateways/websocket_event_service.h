#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mentara/cluster/log_news.h"
#include "mentara/cluster/node_bus.h"
#include "mentara/events/event_bus.h"
#include "mentara/events/events.h"
#include "mentara/gateways/feed.h"
#include "mentara/gateways/log_order.h"
#include "wire/sio/server.h"

namespace mentara::gateways {

// Turns what happened into what clients hear: subscribes to the event bus, hands durable events to the feeds of all
// loops and broadcasts the others. Durable ones are also told to the other nodes, and theirs are told here, all in the
// order of the log. On the home loop.
class WebSocketEventService {
 public:
  struct Feeds { // of each loop
    std::vector<Feed*> messaging{};
    std::vector<Feed*> notifications{};
    std::vector<Feed*> video_calls{};
  };

  // `end_of_log`: the events above it are told. `nodes`: the others; none: this one is alone.
  WebSocketEventService(events::EventBus& bus, wire::sio::Server& io, Feeds feeds, const Cursor& end_of_log,
                        cluster::NodeBus* nodes = nullptr);
  WebSocketEventService(const WebSocketEventService&) = delete;
  WebSocketEventService& operator=(const WebSocketEventService&) = delete;

  // Another node has written up to here; whether it tells of that, nobody knows.
  void on_growth(storage::Position end);

  // Calls with what other nodes wrote and told, before it is told here.
  void on_news(std::function<void(const cluster::LogNews&)> handler) { on_news_.push_back(std::move(handler)); }

  struct Counters {
    std::uint64_t heard = 0;   // news of other nodes
    std::uint64_t refused = 0; // of them, what could not be read
    std::uint64_t gaps = 0;    // for which the log was read
  };
  const Counters& counters() const { return counters_; }

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

  // To all sockets of all members, without the one on which it was done.
  template <class Payload>
  void tell(const Cursor& cursor, const MemberIds& members, const events::Metadata& metadata, std::string_view name,
            const Payload& payload, std::optional<storage::Delivered> message = std::nullopt);
  // To all sockets of one user in /notifications.
  template <class Payload>
  void notify(const Cursor& cursor, const UserId& user, std::string_view name, const Payload& payload);
  // Here and to the other nodes.
  void tell(cluster::LogNews news, std::string origin);

  void hear(std::string_view bytes);
  LogEvent to_event(const cluster::LogNews& news) const;
  void run(std::vector<LogOrder::Step> steps);
  void tell_gap(storage::Position end);
  const std::vector<Feed*>& feeds(Channel channel) const;
  template <class Call>
  void each(const std::vector<Feed*>& feeds, Call call); // on its loop

  // constant after construction
  wire::sio::Namespace& messaging_;
  wire::sio::Namespace& notifications_;
  wire::sio::Namespace& video_calls_;
  wire::net::Loop& loop_;
  const Feeds feeds_;
  const std::string epoch_;
  cluster::NodeBus* const nodes_;
  std::vector<std::function<void(const cluster::LogNews&)>> on_news_;

  LogOrder order_;
  wire::net::Timer order_timer_;
  cluster::LogNewsParser parser_;
  std::string own_news_; // how what this node told begins
  Counters counters_;
};

} // namespace mentara::gateways
