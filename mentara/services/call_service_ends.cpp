#include <utility>

#include "mentara/services/call_service_run.h"
#include "wire/base/json.h"

// How the end of a call is kept and told.
namespace mentara::services {
namespace {

using storage::ToldEnd;
using storage::Transaction;
using wire::Result;

constexpr wire::Duration store_end_again_after = wire::seconds(1);

} // namespace

// --- ends ---

void CallService::store_end(const Live& live, Done<Call> done) {
  store_.write<KeptEnd>(
      [call = live.call, caller = live.caller, site = site_](Transaction& transaction) -> Result<KeptEnd, Failure> {
        const KeptEnd elsewhere{{}, NotificationChanges(*call.ended_at), true};
        if (refuse_unless_keeper(site, transaction)) return elsewhere;
        if (site == CallSite::shared) {
          // Another node may have kept it meanwhile, and ended it: this one is too late, though it keeps calls again.
          const auto kept = transaction.calls().find(call.id);
          if (!kept || kept->state == CallState::ended) return elsewhere;
        }
        transaction.call_changes().update(call);
        if (site == CallSite::shared) transaction.call_changes().forget_seats(call.id);
        return keep_end(transaction, call, caller);
      },
      [this, id = live.call.id, done = std::move(done)](Result<KeptEnd, Failure> kept) mutable {
        on_end_stored(id, std::move(kept), std::move(done));
      },
      storage::origin_number(live.ended_by_socket));
}

// In the transaction that ends it, so that no crash parts a missed call from its notification.
CallService::KeptEnd CallService::keep_end(Transaction& transaction, const Call& call, const User& caller) {
  KeptEnd kept{transaction.call_changes().tell_end(call), NotificationChanges(*call.ended_at)};
  if (!is_missed(*call.reason)) return kept;
  Notification notification;
  notification.id = {make_uuid_v7(call.ended_at->ms)};
  notification.user_id = call.to_user_id;
  notification.type = "VIDEO_CALL_MISSED";
  notification.title = caller.name.empty() ? caller.id.value : caller.name;
  notification.message = call.media.video ? "Missed video call" : "Missed call";
  notification.created_at = *call.ended_at;
  wire::JsonObjectWriter(notification.data)
      .member("callId", call.id.value)
      .member("fromUserId", call.from_user_id.value)
      .member("reason", to_string(*call.reason))
      .end();
  kept.notified.add(transaction, notification);
  kept.notified.finish(transaction);
  return kept;
}

void CallService::on_end_stored(const CallId& id, Result<KeptEnd, Failure> kept, Done<Call> done) {
  const auto found = calls_.find(id);
  Live& live = found->second;
  if (!kept) {
    if (!std::exchange(live.told_unstored, true)) {
      news_.ended_unstored(live.call, live.ended_by_socket);
      if (on_unstored_end_) on_unstored_end_(live.call);
    }
    live.wake = time_.now() + store_end_again_after;
    wakes_.emplace(*live.wake, id);
    time_.wake(wakes_.begin()->first);
    if (done) done(std::move(kept.error()));
    return;
  }
  if (kept->is_elsewhere) { // and there it goes on
    calls_.erase(found);
    if (done) done(calls_are_elsewhere());
    return;
  }
  const Live ended = std::move(live);
  calls_.erase(found);
  if (done) done(ended.call);
  publish_end(ended.call, ended.caller, *std::move(kept),
              {ended.ended_by, ended.ended_by_socket, *ended.call.ended_at});
}

void CallService::publish_end(const Call& call, const User& caller, KeptEnd kept, events::Metadata metadata) {
  events::CallEndedEvent event{std::move(metadata), call, caller, {}};
  for (const ToldEnd& one : kept.told) event.told.push_back({one.to, store_.cursor_at(one.position)});
  bus_.publish(std::move(event));
  kept.notified.publish(bus_, store_, {{}, {}, *call.ended_at});
}

} // namespace mentara::services
