#include "mentara/gateways/log_events.h"

#include "mentara/contract/event_table.h"

namespace mentara::gateways {

namespace news = contract::messaging::server_event;

std::string_view event_name(storage::LogType type) {
  switch (type) {
    case storage::LogType::message:
      return news::message.name;
    case storage::LogType::message_updated:
      return news::message_updated.name;
    case storage::LogType::message_deleted:
      return news::message_deleted.name;
    case storage::LogType::reaction_updated:
      return news::reaction_updated.name;
    case storage::LogType::conversation_updated:
      return news::conversation_updated.name;
    case storage::LogType::participant_joined:
      return news::participant_joined.name;
    case storage::LogType::participant_left:
      return news::participant_left.name;
    case storage::LogType::participant_updated:
      return news::participant_updated.name;
    case storage::LogType::message_read:
      return news::message_read.name;
    case storage::LogType::message_delivered:
      return news::message_delivered.name;
    case storage::LogType::conversation_created:
      return news::conversation_created.name;
    case storage::LogType::notification:
      return contract::notifications::server_event::notification.name;
    case storage::LogType::notification_updated:
      return contract::notifications::server_event::updated.name;
    case storage::LogType::notification_deleted:
      return contract::notifications::server_event::deleted.name;
    case storage::LogType::call_rejected:
      return contract::video_calls::server_event::call_rejected.name;
    case storage::LogType::call_ended:
      return contract::video_calls::server_event::call_ended.name;
    case storage::LogType::call_missed:
      return contract::video_calls::server_event::call_missed.name;
  }
  return {};
}

} // namespace mentara::gateways
