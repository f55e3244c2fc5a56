#include "mentara/contract/event_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <concepts>
#include <string_view>
#include <vector>

#include "mentara/contract/decode.h"

namespace mentara::contract {
namespace {

template <class Table>
std::vector<std::string_view> names(const Table& table) {
  return std::apply([](const auto&... event) { return std::vector{event.name...}; }, table);
}

TEST(EventTable, holds_every_event_once) {
  using testing::UnorderedElementsAre;
  EXPECT_THAT(names(server_event::all),
              UnorderedElementsAre("connected", "sync:complete", "sync:reset", "exception", "auth:expiring",
                                   "auth:expired", "server:disconnect", "server:goodbye"));
  EXPECT_THAT(names(client_event::all), UnorderedElementsAre("auth:refresh"));
  EXPECT_THAT(names(messaging::client_event::all),
              UnorderedElementsAre("presence:set", "presence:subscribe", "presence:unsubscribe", "conversation:update",
                                   "message:search", "conversation:mute", "conversation:archive", "conversation:pin",
                                   "participant:add", "participant:remove", "participant:role", "user:block",
                                   "user:unblock", "message:send", "message:edit", "message:edits", "message:delete",
                                   "reaction:add", "reaction:remove", "message:read", "message:delivered", "sync:ack",
                                   "typing:start", "typing:stop", "conversation:create", "conversation:join",
                                   "conversation:leave", "conversation:list", "conversation:history"));
  EXPECT_THAT(names(messaging::server_event::all),
              UnorderedElementsAre("presence", "conversation:updated", "conversation:settings", "participant:joined",
                                   "participant:left", "participant:updated", "message", "message:updated",
                                   "message:deleted", "reaction:updated", "message:read", "message:delivered",
                                   "conversation:created", "conversation:unread", "typing", "viewing"));
  EXPECT_THAT(names(notifications::client_event::all),
              UnorderedElementsAre("notification:list", "notification:read", "notification:unread",
                                   "notification:delete", "notification:read-all", "notification:preferences",
                                   "sync:ack", "push:key", "push:subscribe", "push:unsubscribe"));
  EXPECT_THAT(names(notifications::server_event::all),
              UnorderedElementsAre("notification", "notification:updated", "notification:deleted", "unreadCount"));
  EXPECT_THAT(names(video_calls::client_event::all),
              UnorderedElementsAre("video:offer", "video:answer", "video:ice-candidate", "video:renegotiate",
                                   "video:media-state", "video:reject-call", "video:cancel-call", "video:end-call",
                                   "video:stats", "video:ice-servers", "video:history", "video:room-join",
                                   "video:room-leave", "video:room-signal", "sync:ack"));
  EXPECT_THAT(names(video_calls::server_event::all),
              UnorderedElementsAre("video:incoming-call", "video:ringing", "video:answer-received",
                                   "video:ice-candidate", "video:renegotiate", "video:media-state",
                                   "video:call-rejected", "video:call-ended", "video:call-missed",
                                   "video:answered-elsewhere", "video:peer-reconnecting", "video:peer-reconnected",
                                   "video:participant-joined", "video:participant-left", "video:room-signal"));
}

TEST(EventTable, has_a_reader_for_every_client_event_and_a_writer_for_every_ack_and_server_event) {
  std::apply(
      [](const auto&... event) {
        (
            [](auto e) {
              using Event = decltype(e);
              EXPECT_FALSE(decode<typename Event::Payload>(wire::JsonView{}, User{.id = {"u"}})) << e.name;
              static_assert(requires(std::string & out, const typename Event::Ack& ack) { append_json(out, ack); });
            }(event),
            ...);
      },
      std::tuple_cat(client_event::all, messaging::client_event::all, notifications::client_event::all));
  std::apply(
      [](const auto&... event) {
        (
            [](auto e) {
              using Payload = typename decltype(e)::Payload;
              static_assert(requires(std::string & out, const Payload& payload) { append_json(out, payload); });
            }(event),
            ...);
      },
      std::tuple_cat(server_event::all, messaging::server_event::all, notifications::server_event::all));
}

} // namespace
} // namespace mentara::contract
