#include "mentara/schema/summaries.h"

#include <algorithm>
#include <iterator>
#include <span>

namespace mentara::schema {
namespace {

struct Summary {
  std::string_view nsp;
  std::string_view event;
  std::string_view text;
};

constexpr Summary client_events[] = {
    {"", "auth:refresh", "Shows a new token; the connection goes on with it."},
    {"/messaging", "message:send",
     "Sends a message; the ack comes when it is stored. A retry with the same clientMessageId sends nothing twice."},
    {"/messaging", "message:edit", "Changes the text of an own message."},
    {"/messaging", "message:edits", "Reads the earlier texts of a message."},
    {"/messaging", "message:delete", "Takes back a message; a tombstone without content stays in its place."},
    {"/messaging", "reaction:add", "Reacts to a message with an emoji; doing so twice changes nothing."},
    {"/messaging", "reaction:remove", "Takes back a reaction."},
    {"/messaging", "message:delivered", "Says that this device has everything up to seq; clients need not."},
    {"/messaging", "message:read", "Marks everything up to seq, or to a message, as read; never goes back."},
    {"/messaging", "typing:start", "Tells the others that one is typing; ends by itself after 5 s."},
    {"/messaging", "typing:stop", "Tells the others that one stopped typing."},
    {"/messaging", "conversation:create", "Opens a conversation; a DIRECT one that exists already is returned."},
    {"/messaging", "conversation:join",
     "Opens a conversation on this socket: it hears who is typing, and who else has it open."},
    {"/messaging", "conversation:leave", "Closes a conversation on this socket; one stays a member."},
    {"/messaging", "conversation:list", "Lists one's conversations, newest activity first."},
    {"/messaging", "conversation:history", "Reads messages before, after or around a seq; without one, the newest."},
    {"/messaging", "conversation:update", "Changes title or metadata."},
    {"/messaging", "conversation:mute", "Mutes a conversation for oneself, for ever or until a time."},
    {"/messaging", "conversation:archive", "Archives a conversation for oneself, or takes it back."},
    {"/messaging", "conversation:pin", "Pins a conversation for oneself, or takes it back."},
    {"/messaging", "participant:add", "Adds somebody to a group."},
    {"/messaging", "participant:remove", "Removes somebody from a group, or leaves it."},
    {"/messaging", "participant:role", "Changes the role of a member."},
    {"/messaging", "message:search", "Searches the text of one's own conversations."},
    {"/messaging", "user:block", "Blocks somebody: no direct messages, calls or invitations in either direction."},
    {"/messaging", "user:unblock", "Takes back a block."},
    {"/messaging", "presence:set", "Says how one wants to be seen, on all devices."},
    {"/messaging", "presence:subscribe", "Asks how others are, and to be told when it changes."},
    {"/messaging", "presence:unsubscribe", "Asks no longer to be told."},
    {"/video-calls", "video:offer", "Calls somebody with whom one shares a conversation."},
    {"/video-calls", "video:answer", "Answers a call; the first device wins."},
    {"/video-calls", "video:ice-candidate", "Gives the other side candidates; they are held until it can use them."},
    {"/video-calls", "video:renegotiate", "Sends the device in the call a new description: ICE restart, screen share."},
    {"/video-calls", "video:media-state", "Says what of one's media is on; what is left out stays."},
    {"/video-calls", "video:reject-call", "Declines a call that rings."},
    {"/video-calls", "video:cancel-call", "Takes back a call that still rings."},
    {"/video-calls", "video:end-call", "Ends a call."},
    {"/video-calls", "video:stats", "Keeps a digest of the quality with the call; one each 5 s at most."},
    {"/video-calls", "video:ice-servers", "Asks for STUN and TURN servers, with credentials of one's own."},
    {"/video-calls", "video:history", "Lists one's calls, newest first."},
    {"/video-calls", "video:room-join", "Joins the conference of a conversation; offer to each who is there."},
    {"/video-calls", "video:room-leave", "Leaves a conference."},
    {"/video-calls", "video:room-signal", "Sends a signal to one device in the conference."},
    {"/video-calls", "sync:ack", "Says that this device has everything up to a cursor; clients need not."},
    {"/messaging", "sync:ack", "Says that this device has everything up to a cursor; clients need not."},
    {"/notifications", "notification:list", "Lists one's notifications, the newest first."},
    {"/notifications", "notification:read", "Marks notifications as read, on all devices."},
    {"/notifications", "notification:unread", "Marks notifications as not read."},
    {"/notifications", "notification:delete", "Deletes notifications."},
    {"/notifications", "notification:read-all", "Marks all notifications as read."},
    {"/notifications", "notification:preferences",
     "Reads how one wants to be told, or changes what is named: types, quiet hours, a mute; null takes it back."},
    {"/notifications", "push:key", "Reads the applicationServerKey with which a browser subscribes to pushes."},
    {"/notifications", "push:subscribe", "Has a browser pushed what one is not here to hear of."},
    {"/notifications", "push:unsubscribe", "Ends that."},
    {"/notifications", "sync:ack", "Says that this device has everything up to a cursor; clients need not."},
};

constexpr Summary server_events[] = {
    {"", "connected", "The first event of a socket: who one is here, and the limits."},
    {"", "sync:complete", "Everything that was missed has been sent; what follows is new."},
    {"", "sync:reset", "What was missed cannot be replayed: load the lists anew."},
    {"", "exception", "Why an event without an ack was refused."},
    {"", "auth:expiring", "The token is about to expire: show a new one with auth:refresh."},
    {"", "auth:expired", "The token has expired; the server disconnects."},
    {"", "server:disconnect", "Why the server ends the connection, which it does right behind it."},
    {"", "server:goodbye", "The server is about to stop: come back after retryAfterMs."},
    {"/messaging", "message", "A message that somebody sent."},
    {"/messaging", "message:updated", "A message was edited."},
    {"/messaging", "message:deleted", "A message was taken back."},
    {"/messaging", "reaction:updated", "The reactions to a message, all of them."},
    {"/messaging", "message:delivered", "A member has everything up to seq on a device."},
    {"/messaging", "message:read", "A member has read everything up to seq."},
    {"/messaging", "typing", "Somebody began or stopped typing."},
    {"/messaging", "viewing", "Somebody has the conversation open, or no more."},
    {"/messaging", "conversation:created", "A conversation that one is a member of was opened."},
    {"/messaging", "conversation:updated", "Title or metadata changed."},
    {"/messaging", "conversation:unread", "One's own count of unread messages."},
    {"/messaging", "conversation:settings", "One's own settings of a conversation."},
    {"/messaging", "participant:joined", "Somebody was added."},
    {"/messaging", "participant:left", "Somebody left or was removed."},
    {"/messaging", "participant:updated", "The role of a member changed."},
    {"/messaging", "presence", "How somebody is."},
    {"/notifications", "notification",
     "Something to know of; it takes the place of the unread one with the same collapseKey."},
    {"/notifications", "notification:updated", "A notification was read or not, or all of them up to one."},
    {"/notifications", "notification:deleted", "A notification was deleted or has expired."},
    {"/notifications", "unreadCount", "How many are not read; the one with the highest version holds."},
    {"/video-calls", "video:incoming-call", "Somebody is calling."},
    {"/video-calls", "video:ringing", "The call that one offered rings."},
    {"/video-calls", "video:answer-received", "The call was answered."},
    {"/video-calls", "video:ice-candidate", "A candidate of the other side."},
    {"/video-calls", "video:renegotiate", "A new description of the other side."},
    {"/video-calls", "video:media-state", "What of the other side's media is on."},
    {"/video-calls", "video:call-rejected", "The call was declined."},
    {"/video-calls", "video:call-ended", "The call has ended."},
    {"/video-calls", "video:call-missed", "The call was not answered."},
    {"/video-calls", "video:answered-elsewhere", "The call was answered on another device of one's own."},
    {"/video-calls", "video:peer-reconnecting", "The other device is away; the call waits for it."},
    {"/video-calls", "video:peer-reconnected", "The other device is back."},
    {"/video-calls", "video:participant-joined", "A device joined the conference."},
    {"/video-calls", "video:participant-left", "A device left the conference."},
    {"/video-calls", "video:room-signal", "A signal of another device in the conference."},
};

std::string find(std::span<const Summary> table, std::string_view nsp, std::string_view event) {
  const auto found =
      std::ranges::find_if(table, [&](const Summary& summary) { return summary.nsp == nsp && summary.event == event; });
  return found == table.end() ? std::string() : std::string(found->text);
}

} // namespace

std::string client_event_summary(std::string_view nsp, std::string_view event) {
  return find(client_events, nsp, event);
}

std::string server_event_summary(std::string_view nsp, std::string_view event) {
  return find(server_events, nsp, event);
}

} // namespace mentara::schema
