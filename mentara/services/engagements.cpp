#include "mentara/services/engagements.h"

#include "mentara/events/events.h"
#include "wire/base/check.h"

namespace mentara::services {

std::optional<CallId> Engagements::call_of(const UserId& user) const {
  const auto found = users_.find(user);
  return found == users_.end() ? std::nullopt : found->second.call;
}

bool Engagements::is_in_conference(const UserId& user) const {
  const auto found = users_.find(user);
  return found != users_.end() && found->second.conference_devices > 0;
}

bool Engagements::is_in_call(const UserId& user) const {
  const auto found = users_.find(user);
  return found != users_.end() && found->second.in_call();
}

void Engagements::begin(const Call& call) {
  for (const UserId* user : {&call.from_user_id, &call.to_user_id}) {
    change(*user, [&](Engagement& engagement) { engagement.call = call.id; });
  }
}

void Engagements::answer(const Call& call) {
  for (const UserId* user : {&call.from_user_id, &call.to_user_id}) {
    change(*user, [&](Engagement& engagement) { engagement.talks = true; });
  }
}

void Engagements::end(const Call& call) {
  for (const UserId* user : {&call.from_user_id, &call.to_user_id}) {
    change(*user, [&](Engagement& engagement) {
      wire::check(engagement.call == call.id, "a call ends for those who are in it");
      engagement.call.reset();
      engagement.talks = false;
    });
  }
}

void Engagements::join_conference(const UserId& user) {
  change(user, [](Engagement& engagement) { ++engagement.conference_devices; });
}

void Engagements::leave_conference(const UserId& user) {
  change(user, [](Engagement& engagement) {
    wire::check(engagement.conference_devices > 0, "who leaves a conference was in it");
    --engagement.conference_devices;
  });
}

template <class Change>
void Engagements::change(const UserId& user, Change how) {
  Engagement& engagement = users_[user];
  const bool before = engagement.in_call();
  how(engagement);
  const bool after = engagement.in_call();
  if (!engagement.call && engagement.conference_devices == 0) users_.erase(user);
  if (before != after) bus_.publish(events::InCallChangedEvent{{user, {}, clock_.now()}, after});
}

} // namespace mentara::services
