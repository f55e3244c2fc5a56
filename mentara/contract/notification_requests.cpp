#include "mentara/contract/notification_requests.h"

#include "mentara/contract/reader.h"

namespace mentara::contract {

std::optional<Failure> validate(const WhichNotifications& request) {
  if (request.id || !request.ids.value.empty()) return std::nullopt;
  return invalid("id", "is required, unless there are ids");
}

std::optional<Failure> validate(const QuietHoursInput& hours) {
  if (hours.start.value != hours.end.value) return std::nullopt;
  return invalid("end", "must be another time than start");
}

std::optional<Failure> validate(const CreateNotifications& request) {
  if (!request.userIds.value.empty()) return std::nullopt;
  return invalid("userIds", "must have at least 1 entry");
}

template wire::Result<ListNotifications, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<WhichNotifications, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<MarkNotification, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<WhichNotification, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<NoFields, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<ChangeNotificationPreferences, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<CreateNotifications, Failure> decode(std::optional<wire::JsonView>, const User&);

template wire::Result<PostEvent, Failure> decode(std::optional<wire::JsonView>, const User&);

} // namespace mentara::contract
