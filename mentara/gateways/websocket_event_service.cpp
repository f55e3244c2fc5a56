#include "mentara/gateways/websocket_event_service.h"

#include <algorithm>
#include <utility>

#include "mentara/connections/rooms.h"
#include "mentara/contract/event_table.h"
#include "mentara/gateways/video_call_news.h"
#include "mentara/limits.h"
#include "wire/base/log.h"

namespace mentara::gateways {

namespace news = contract::messaging::server_event;
namespace notification_news = contract::notifications::server_event;

namespace {

constexpr std::string_view log_channel = "mentara#log";

} // namespace

WebSocketEventService::WebSocketEventService(events::EventBus& bus, wire::sio::Server& io, Feeds feeds,
                                             const Cursor& end_of_log, cluster::NodeBus* nodes)
    : messaging_(io.of(contract::messaging::nsp)),
      notifications_(io.of(contract::notifications::nsp)),
      video_calls_(io.of(contract::video_calls::nsp)),
      loop_(io.loop()),
      feeds_(std::move(feeds)),
      epoch_(end_of_log.epoch),
      nodes_(nodes),
      order_(end_of_log.position),
      order_timer_(loop_, [this] { run(order_.on_time(loop_.now())); }) {
  if (nodes_) {
    own_news_ = cluster::beginning_of(nodes_->node());
    nodes_->hear(log_channel, [this](std::string_view bytes) { hear(bytes); });
    nodes_->on_state(
        [this](bool ready) { order_.set_patience(ready ? limits::log_news_patience : wire::Duration::zero()); });
  }
  bus.subscribe<events::MessageSentEvent>("websocket", [this](const auto& event) { on_message_sent(event); });
  bus.subscribe<events::MessageUpdatedEvent>("websocket", [this](const auto& event) { on_message_updated(event); });
  bus.subscribe<events::MessageDeletedEvent>("websocket", [this](const auto& event) { on_message_deleted(event); });
  bus.subscribe<events::ReactionChangedEvent>("websocket", [this](const auto& event) { on_reaction_changed(event); });
  bus.subscribe<events::MessageReadEvent>("websocket", [this](const auto& event) { on_message_read(event); });
  bus.subscribe<events::MessageDeliveredEvent>("websocket", [this](const auto& event) { on_message_delivered(event); });
  bus.subscribe<events::ConversationUpdatedEvent>("websocket",
                                                  [this](const auto& event) { on_conversation_updated(event); });
  bus.subscribe<events::SettingsChangedEvent>("websocket", [this](const auto& event) { on_settings_changed(event); });
  bus.subscribe<events::ParticipantJoinedEvent>("websocket",
                                                [this](const auto& event) { on_participant_joined(event); });
  bus.subscribe<events::ParticipantLeftEvent>("websocket", [this](const auto& event) { on_participant_left(event); });
  bus.subscribe<events::ParticipantUpdatedEvent>("websocket",
                                                 [this](const auto& event) { on_participant_updated(event); });
  bus.subscribe<events::ConversationCreatedEvent>("websocket",
                                                  [this](const auto& event) { on_conversation_created(event); });
  bus.subscribe<events::NotificationCreatedEvent>("websocket",
                                                  [this](const auto& event) { on_notification_created(event); });
  bus.subscribe<events::NotificationUpdatedEvent>("websocket",
                                                  [this](const auto& event) { on_notification_updated(event); });
  bus.subscribe<events::NotificationDeletedEvent>("websocket",
                                                  [this](const auto& event) { on_notification_deleted(event); });
  bus.subscribe<events::UnreadNotificationsEvent>("websocket",
                                                  [this](const auto& event) { on_unread_notifications(event); });
  bus.subscribe<events::CallEndedEvent>("websocket", [this](const auto& event) { on_call_ended(event); });
}

template <class Payload>
void WebSocketEventService::tell(const Cursor& cursor, const MemberIds& members, const events::Metadata& metadata,
                                 std::string_view name, const Payload& payload,
                                 std::optional<storage::Delivered> message) {
  cluster::LogNews news{.position = cursor.position, .event = std::string(name), .users = *members};
  news.message = std::move(message);
  news.sender_id = metadata.user_id;
  news.payload = wire::to_json(payload);
  tell(std::move(news), metadata.origin);
}

template <class Payload>
void WebSocketEventService::notify(const Cursor& cursor, const UserId& user, std::string_view name,
                                   const Payload& payload) {
  cluster::LogNews news{.position = cursor.position, .channel = Channel::NOTIFICATIONS, .event = std::string(name)};
  news.users.push_back(user);
  news.payload = wire::to_json(payload);
  tell(std::move(news), {});
}

void WebSocketEventService::tell(cluster::LogNews news, std::string origin) {
  news.origin = std::move(origin);
  LogEvent event = to_event(news);
  if (nodes_ && nodes_->ready()) {
    news.node = nodes_->node();
    news.epoch = epoch_;
    nodes_->publish(log_channel, encode(news));
  }
  run(order_.on_event(std::move(event), loop_.now()));
}

void WebSocketEventService::hear(std::string_view bytes) {
  if (bytes.starts_with(own_news_)) return; // most of what is heard, where there are few nodes: not worth reading
  const auto news = parser_.parse(bytes);
  if (!news) {
    ++counters_.refused;
    wire::log(wire::LogLevel::warn, "what another node tells of the log cannot be read",
              {{"why", cluster::describe(news.error())}});
    return;
  }
  if (news->node == nodes_->node() || news->epoch != epoch_) return;
  ++counters_.heard;
  for (const auto& handler : on_news_) handler(*news);
  run(order_.on_event(to_event(*news), loop_.now()));
}

LogEvent WebSocketEventService::to_event(const cluster::LogNews& news) const {
  const wire::sio::Namespace& nsp = news.channel == Channel::MESSAGING       ? messaging_
                                    : news.channel == Channel::NOTIFICATIONS ? notifications_
                                                                             : video_calls_;
  auto event = std::make_shared<DurableEvent>();
  event->position = news.position;
  event->encoded = wire::sio::encode_event(nsp.name(), news.event, wire::sio::Payload::of(wire::RawJson{news.payload}));
  event->rooms.reserve(news.users.size());
  for (const UserId& user : news.users) event->rooms.push_back(connections::user_room(user));
  event->origin = news.origin;
  event->message = news.message;
  event->sender_id = news.sender_id;
  return {news.channel, std::move(event)};
}

const std::vector<Feed*>& WebSocketEventService::feeds(Channel channel) const {
  switch (channel) {
    case Channel::NOTIFICATIONS:
      return feeds_.notifications;
    case Channel::VIDEO_CALLS:
      return feeds_.video_calls;
    case Channel::MESSAGING:
      break;
  }
  return feeds_.messaging;
}

template <class Call>
void WebSocketEventService::each(const std::vector<Feed*>& feeds, Call call) {
  for (Feed* feed : feeds) {
    if (&feed->loop() == &loop_) {
      call(*feed);
    } else {
      feed->loop().post([feed, call] { call(*feed); });
    }
  }
}

void WebSocketEventService::tell_gap(storage::Position end) {
  ++counters_.gaps;
  for (const auto* some : {&feeds_.messaging, &feeds_.notifications, &feeds_.video_calls}) {
    each(*some, [end](Feed& feed) { feed.tell_gap(end); });
  }
}

void WebSocketEventService::on_growth(storage::Position end) {
  // What this node wrote itself is told first, as it happens.
  order_.on_growth(end, nodes_ && nodes_->ready() ? limits::log_news_patience : limits::log_growth_delay, loop_.now());
  run({});
}

// Positions are dense. One that was left out is an event that the bus had no room for, or of another node that could
// not tell it: it stands in the log.
void WebSocketEventService::run(std::vector<LogOrder::Step> steps) {
  for (const LogOrder::Step& step : steps) {
    if (step.gap > 0) tell_gap(step.gap);
    if (!step.event) continue;
    each(feeds(step.event->channel), [event = step.event->event](Feed& feed) { feed.tell(*event); });
  }
  if (const auto wake = order_.wake_at()) {
    order_timer_.arm(std::max(*wake - loop_.now(), wire::Duration::zero()));
  } else {
    order_timer_.cancel();
  }
}

void WebSocketEventService::on_message_sent(const events::MessageSentEvent& event) {
  tell(event.cursor, event.members, event.metadata, news::message.name,
       contract::MessageSent(event.message, to_text(event.cursor)),
       storage::Delivered{event.message.conversation_id, event.message.seq});
}

void WebSocketEventService::on_message_updated(const events::MessageUpdatedEvent& event) {
  tell(event.cursor, event.members, event.metadata, news::message_updated.name,
       contract::MessageSent(event.message, to_text(event.cursor)));
}

void WebSocketEventService::on_message_deleted(const events::MessageDeletedEvent& event) {
  const std::string cursor = to_text(event.cursor);
  tell(event.cursor, event.members, event.metadata, news::message_deleted.name,
       contract::MessageDeleted{event.message_id.value, event.conversation_id.value, event.seq,
                                event.metadata.user_id.value, event.metadata.timestamp, cursor});
}

void WebSocketEventService::on_reaction_changed(const events::ReactionChangedEvent& event) {
  const std::string cursor = to_text(event.cursor);
  tell(event.cursor, event.members, event.metadata, news::reaction_updated.name,
       contract::ReactionsChanged{event.message_id.value, event.conversation_id.value, {event.reactions}, cursor});
}

void WebSocketEventService::on_message_read(const events::MessageReadEvent& event) {
  const std::string cursor = to_text(event.cursor);
  tell(event.cursor, event.members, event.metadata, news::message_read.name,
       contract::MessageRead{event.conversation_id.value, event.metadata.user_id.value, event.read_seq,
                             event.metadata.timestamp, cursor});
  messaging_.to(connections::user_room(event.metadata.user_id))
      .emit(news::conversation_unread.name,
            contract::UnreadChanged{event.conversation_id.value, event.unread_count, event.read_seq});
}

void WebSocketEventService::on_message_delivered(const events::MessageDeliveredEvent& event) {
  const std::string cursor = to_text(event.cursor);
  tell(event.cursor, event.members, event.metadata, news::message_delivered.name,
       contract::MessageDelivered{event.conversation_id.value, event.metadata.user_id.value, event.delivered_seq,
                                  event.metadata.timestamp, cursor});
}

void WebSocketEventService::on_conversation_created(const events::ConversationCreatedEvent& event) {
  const std::string cursor = to_text(event.cursor);
  tell(event.cursor, event.members, event.metadata, news::conversation_created.name,
       contract::ConversationCreated{contract::ConversationShape(event.conversation), cursor});
}

void WebSocketEventService::on_conversation_updated(const events::ConversationUpdatedEvent& event) {
  const std::string cursor = to_text(event.cursor);
  contract::ConversationChanges changes;
  if (event.title) changes.title = *event.title;
  if (event.conversation_metadata) changes.metadata = wire::RawJson{*event.conversation_metadata};
  tell(event.cursor, event.members, event.metadata, news::conversation_updated.name,
       contract::ConversationUpdated{event.conversation_id.value, changes, cursor});
}

void WebSocketEventService::on_settings_changed(const events::SettingsChangedEvent& event) {
  messaging_.to(connections::user_room(event.metadata.user_id))
      .emit(news::conversation_settings.name,
            contract::SettingsChanged{event.conversation_id.value, contract::SettingsShape(event.settings)});
}

void WebSocketEventService::on_participant_joined(const events::ParticipantJoinedEvent& event) {
  tell_participant(news::participant_joined.name, event);
}

void WebSocketEventService::on_participant_left(const events::ParticipantLeftEvent& event) {
  // Whatever he has open of it is closed, on all loops: he hears nobody type any more.
  messaging_.to(connections::user_room(event.user_id))
      .sockets_leave(connections::conversation_room(event.conversation_id));
  tell_participant(news::participant_left.name, event);
}

void WebSocketEventService::on_participant_updated(const events::ParticipantUpdatedEvent& event) {
  tell_participant(news::participant_updated.name, event);
}

void WebSocketEventService::tell_participant(std::string_view name, const events::ParticipantChange& change) {
  const std::string cursor = to_text(change.cursor);
  tell(change.cursor, change.members, change.metadata, name,
       contract::ParticipantChanged{change.conversation_id.value,
                                    {change.user_id.value, change.role, change.joined_at},
                                    change.metadata.user_id.value,
                                    cursor});
}

// --- notifications ---

void WebSocketEventService::on_notification_created(const events::NotificationCreatedEvent& event) {
  if (!event.cursor) return;
  notify(*event.cursor, event.metadata.user_id, notification_news::notification.name,
         contract::NotificationSent(event.notification, to_text(*event.cursor)));
}

void WebSocketEventService::on_notification_updated(const events::NotificationUpdatedEvent& event) {
  const std::string cursor = to_text(event.cursor);
  notify(event.cursor, event.metadata.user_id, notification_news::updated.name,
         event.all ? contract::NotificationUpdated::of_all(event.notification_id, *event.read_at, cursor)
                   : contract::NotificationUpdated::of(event.notification_id, event.read_at, cursor));
}

void WebSocketEventService::on_notification_deleted(const events::NotificationDeletedEvent& event) {
  const std::string cursor = to_text(event.cursor);
  notify(event.cursor, event.metadata.user_id, notification_news::deleted.name,
         contract::NotificationDeleted{event.notification_id.value, cursor});
}

void WebSocketEventService::on_unread_notifications(const events::UnreadNotificationsEvent& event) {
  notifications_.to(connections::user_room(event.user_id))
      .emit(notification_news::unread_count.name, contract::UnreadCount{event.unread.count, event.unread.version});
}

// --- calls ---

void WebSocketEventService::on_call_ended(const events::CallEndedEvent& event) {
  for (const auto& told : event.told) {
    cluster::LogNews news{.position = told.cursor.position, .channel = Channel::VIDEO_CALLS};
    news.event = end_event_name(call_end_news(event.call, told.to));
    news.users.push_back(event.call.user(told.to));
    news.payload = wire::to_json(contract::CallOver(event.call, to_text(told.cursor)));
    tell(std::move(news), event.metadata.origin);
  }
}

} // namespace mentara::gateways
