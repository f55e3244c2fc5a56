#include "mentara/connections/viewer_service.h"

#include <algorithm>
#include <utility>

#include "mentara/connections/rooms.h"
#include "mentara/contract/event_table.h"
#include "mentara/storage/blocks.h"
#include "mentara/storage/presences.h"
#include "wire/base/log.h"

namespace mentara::connections {

using storage::Snapshot;
using wire::Result;

namespace {

constexpr std::string_view channel = "mentara#viewers";
// What a node says of its users. `none`: whatever it said before is void; `who`: the others are to say theirs.
constexpr std::string_view opened = "opened", closed = "closed", dropped = "dropped", hidden = "hidden", none = "none",
                           who = "who";

constexpr std::string_view node_prefix = "node "; // no id of a socket begins like this
std::string place_of(std::string_view node) { return std::string(node_prefix).append(node); }

std::string text_of(wire::JsonView object, std::string_view key) {
  const auto member = object.find(key);
  const auto text = member ? member->string() : std::nullopt;
  return text ? std::string(*text) : std::string();
}

} // namespace

ViewerService::ViewerService(storage::Store& store, events::EventBus& bus, const WallClock& clock,
                             wire::sio::Server& io, ClusterUsers& users, cluster::NodeBus* nodes)
    : store_(store),
      clock_(clock),
      messaging_(io.of(contract::messaging::nsp)),
      loop_(io.loop()),
      nodes_(nodes),
      timer_(loop_, [this] { on_time(); }) {
  bus.subscribe<events::UserDisconnectedEvent>("viewers", [this](const auto& event) { on_disconnected(event); });
  bus.subscribe<events::PresenceChangedEvent>("viewers", [this](const auto& event) {
    look_again(event.presence.user_id); // what he had set may have ended
  });
  bus.subscribe<events::ParticipantLeftEvent>("viewers", [this](const auto& event) {
    const View view{event.conversation_id, event.user_id}; // whose sockets are out of the conversation's room
    if (const auto sockets = opened_.find(event.user_id); sockets != opened_.end()) {
      for (auto& [socket_id, views] : sockets->second) std::erase(views, view);
    }
    drop(view);
    publish(dropped, {view});
  });
  bus.subscribe<events::BlockChangedEvent>("viewers", [this](const auto& event) {
    if (!event.blocked) return; // they see each other when they open it anew
    hide_between(event.metadata.user_id, event.user_id);
    publish(hidden, {{{}, event.metadata.user_id}, {{}, event.user_id}});
  });
  if (!nodes_) return;
  nodes_->hear(channel, [this](std::string_view bytes) { hear(bytes); });
  nodes_->on_state([this](bool ready) {
    if (!ready) return;
    publish_all();
    publish(who, {});
  });
  users.on_node_lost([this](const std::string& node) { on_node_lost(node); });
}

// --- sockets of this node ---

void ViewerService::open(const services::Actor& actor, const ConversationId& conversation) {
  const View view{conversation, actor.user_id};
  std::vector<View>& views = opened_[actor.user_id][actor.origin];
  if (std::find(views.begin(), views.end(), view) == views.end()) views.push_back(view);
  look(actor.origin, view, true);
}

void ViewerService::look_again(const UserId& user) {
  const auto sockets = opened_.find(user);
  if (sockets == opened_.end()) return;
  for (const auto& [socket_id, views] : sockets->second) {
    for (const View& view : views) look(socket_id, view, false);
  }
}

void ViewerService::look(const std::string& socket_id, const View& view, bool is_new) {
  store_.read<Looked>(
      [view, now = clock_.now()](Snapshot& snapshot) -> Result<Looked, Failure> {
        const auto member = snapshot.find_membership(view.conversation_id, view.user_id);
        if (!member) return not_found("conversation");
        Looked looked;
        looked.tells = snapshot.member_ids(member->conversation_key)->size() <= limits::viewing_members_max;
        const PresenceSettings settings = snapshot.presences().find(view.user_id).settings;
        const bool hides = settings.status == PresenceWish::INVISIBLE && (!settings.until || *settings.until > now);
        looked.told = looked.tells && !hides;
        if (looked.tells) looked.hidden_from = snapshot.blocks().among_members(*member);
        return looked;
      },
      [this, socket_id, view, is_new](Result<Looked, Failure> looked) {
        const std::vector<View>* open_there = opened_on(view.user_id, socket_id);
        if (!open_there || std::find(open_there->begin(), open_there->end(), view) == open_there->end()) return;
        if (!looked) return; // then nobody is told: it is ephemeral
        if (is_new && looked->tells) tell_viewers(socket_id, view, looked->hidden_from);
        on_looked(socket_id, view, *looked);
      });
}

void ViewerService::tell_viewers(const std::string& socket_id, const View& view,
                                 const std::vector<UserId>& hidden_from) {
  for (const UserId& other : board_.viewers(view.conversation_id)) {
    const bool is_hidden = std::find(hidden_from.begin(), hidden_from.end(), other) != hidden_from.end();
    if (other != view.user_id && !is_hidden) tell({view.conversation_id, other}, true, socket_id, {});
  }
}

void ViewerService::on_looked(const std::string& socket_id, const View& view, const Looked& looked) {
  if (!looked.told) {
    if (!board_.is_open(view, socket_id)) return;
    drop(view);
    return publish(dropped, {view});
  }
  if (board_.is_open(view, socket_id)) return;
  const bool is_new = board_.open(view, socket_id);
  board_.hide_from(view, looked.hidden_from);
  publish(opened, {view});
  if (is_new) tell(view, true, conversation_room(view.conversation_id), looked.hidden_from);
}

std::vector<ViewerService::View>* ViewerService::opened_on(const UserId& user, const std::string& socket_id) {
  const auto sockets = opened_.find(user);
  if (sockets == opened_.end()) return nullptr;
  const auto views = sockets->second.find(socket_id);
  return views == sockets->second.end() ? nullptr : &views->second;
}

void ViewerService::close(const services::Actor& actor, const ConversationId& conversation) {
  std::vector<View>* views = opened_on(actor.user_id, actor.origin);
  const View view{conversation, actor.user_id};
  if (views && std::erase(*views, view) > 0) close_here(view, actor.origin);
}

void ViewerService::on_disconnected(const events::UserDisconnectedEvent& event) {
  const auto sockets = opened_.find(event.metadata.user_id);
  if (sockets == opened_.end()) return;
  const auto node = sockets->second.extract(event.metadata.origin);
  if (sockets->second.empty()) opened_.erase(sockets);
  if (node.empty()) return;
  for (const View& view : node.mapped()) close_here(view, event.metadata.origin);
}

void ViewerService::close_here(const View& view, const std::string& socket_id) {
  if (!board_.is_open(view, socket_id)) return;
  board_.close(view, socket_id, loop_.now());
  const auto places = board_.places_of(view);
  const bool still_here = std::any_of(places.begin(), places.end(),
                                      [](const std::string& place) { return !place.starts_with(node_prefix); });
  if (!still_here) publish(closed, {view});
  arm();
}

// --- what is told ---

void ViewerService::drop(const View& view) {
  const auto hidden_from = board_.hidden_from(view);
  if (board_.drop(view)) tell(view, false, conversation_room(view.conversation_id), hidden_from);
}

void ViewerService::hide_between(const UserId& one, const UserId& other) {
  for (const auto& [of, from] : {std::pair(one, other), std::pair(other, one)}) {
    for (const View& view : board_.views_of(of)) {
      auto hidden_from = board_.hidden_from(view);
      hidden_from.push_back(from);
      board_.hide_from(view, std::move(hidden_from));
      tell(view, false, user_room(from), {});
    }
  }
}

void ViewerService::on_time() {
  for (const auto& [view, hidden_from] : board_.on_time(loop_.now())) {
    tell(view, false, conversation_room(view.conversation_id), hidden_from);
  }
  arm();
}

void ViewerService::arm() {
  const auto next = board_.next_time();
  if (next && !timer_.armed()) timer_.arm(std::max(*next - loop_.now(), wire::Duration::zero()));
}

// To sockets of this node.
void ViewerService::tell(const View& view, bool is_viewing, std::string room, const std::vector<UserId>& except) {
  wire::sio::BroadcastOptions options;
  options.rooms.push_back(std::move(room));
  options.except.push_back(user_room(view.user_id));
  for (const UserId& user : except) options.except.push_back(user_room(user));
  options.flags.is_ephemeral = true;
  options.flags.from_peer = true; // each node tells its own
  wire::sio::Broadcast(messaging_.adapter(), std::move(options))
      .emit(contract::messaging::server_event::viewing.name,
            contract::ViewingChanged{view.conversation_id.value, view.user_id.value, is_viewing});
}

// --- other nodes ---

void ViewerService::publish(std::string_view what, const std::vector<View>& views) {
  if (!nodes_ || !nodes_->ready()) return;
  std::string list = "[";
  for (const View& view : views) {
    std::vector<std::string> hidden_from;
    for (const UserId& user : board_.hidden_from(view)) hidden_from.push_back(user.value);
    if (list.size() > 1) list += ',';
    wire::JsonObjectWriter(list)
        .member("conversationId", view.conversation_id.value)
        .member("userId", view.user_id.value)
        .member("hiddenFrom", hidden_from)
        .end();
  }
  list += ']';
  std::string bytes;
  wire::JsonObjectWriter(bytes)
      .member("node", nodes_->node())
      .member("what", what)
      .member("views", wire::RawJson{list})
      .end();
  nodes_->publish(channel, bytes);
}

void ViewerService::publish_all() {
  publish(none, {});
  for (const auto& [user, sockets] : opened_) {
    std::vector<View> views;
    for (const auto& [socket_id, of_socket] : sockets) {
      for (const View& view : of_socket) {
        if (board_.is_open(view, socket_id)) views.push_back(view);
      }
    }
    if (!views.empty()) publish(opened, views);
  }
}

void ViewerService::hear(std::string_view bytes) {
  const auto news = parser_.parse(bytes);
  const std::string node = news ? text_of(*news, "node") : std::string();
  const auto list = news ? news->find("views") : std::nullopt;
  if (node.empty() || !list || !list->is_array()) {
    return wire::log(wire::LogLevel::warn, "what another node tells of its viewers cannot be read");
  }
  if (node == nodes_->node()) return;
  const std::string what = text_of(*news, "what"), place = place_of(node);
  struct Told {
    View view;
    std::vector<UserId> hidden_from;
  };
  std::vector<Told> views;
  list->for_each_element([&](wire::JsonView one) {
    Told told{{{text_of(one, "conversationId")}, {text_of(one, "userId")}}, {}};
    if (const auto hidden_from = one.find("hiddenFrom")) {
      hidden_from->for_each_element([&](wire::JsonView user) {
        if (const auto text = user.string()) told.hidden_from.push_back({std::string(*text)});
      });
    }
    if (is_well_formed_user_id(told.view.user_id.value)) views.push_back(std::move(told));
  });
  if (what == who) return publish_all();
  if (what == none) return on_node_lost(node); // what it has open follows
  if (what == hidden && views.size() == 2) return hide_between(views[0].view.user_id, views[1].view.user_id);
  for (Told& told : views) {
    const View& view = told.view;
    if (what == opened && is_well_formed_id(view.conversation_id.value)) {
      const bool is_new = board_.open(view, place);
      if (is_new) board_.hide_from(view, told.hidden_from);
      if (is_new) tell(view, true, conversation_room(view.conversation_id), told.hidden_from);
    } else if (what == closed) {
      board_.close(view, place, loop_.now());
    } else if (what == dropped) {
      drop(view);
    }
  }
  arm();
}

void ViewerService::on_node_lost(const std::string& node) {
  const std::string place = place_of(node);
  for (const View& view : board_.views_at(place)) board_.close(view, place, loop_.now());
  arm();
}

} // namespace mentara::connections
