#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mentara/cluster/node_bus.h"
#include "mentara/connections/cluster_users.h"
#include "mentara/connections/viewer_board.h"
#include "mentara/domain/callbacks.h"
#include "mentara/events/event_bus.h"
#include "mentara/events/events.h"
#include "mentara/services/actor.h"
#include "mentara/storage/store.h"
#include "wire/base/json.h"
#include "wire/net/loop.h"
#include "wire/sio/server.h"

namespace mentara::connections {

// Keeps the board of who has which conversation open, and tells those who have it open as well. Nobody is told of who
// is INVISIBLE, or blocks him; and in conversations of more than `viewing_members_max` nobody is told anything. Nodes
// say to each other who comes and goes with them, and each tells its own sockets. On the home loop.
class ViewerService {
 public:
  ViewerService(storage::Store& store, events::EventBus& bus, const WallClock& clock, wire::sio::Server& io,
                ClusterUsers& users, cluster::NodeBus* nodes = nullptr);
  ViewerService(const ViewerService&) = delete;
  ViewerService& operator=(const ViewerService&) = delete;

  // On the actor's socket, which is in the conversation's room.
  void open(const services::Actor& actor, const ConversationId& conversation);
  void close(const services::Actor& actor, const ConversationId& conversation);
  // He hides now, or no more.
  void look_again(const UserId& user);

  std::size_t view_count() const { return board_.view_count(); }

 private:
  using View = ViewerBoard::View;
  struct Looked {
    bool tells = false; // he is to know who else has it open
    bool told = false;  // others are to know that he has
    std::vector<UserId> hidden_from{};
  };
  void look(const std::string& socket_id, const View& view, bool is_new);
  void on_looked(const std::string& socket_id, const View& view, const Looked& looked);
  void tell_viewers(const std::string& socket_id, const View& view, const std::vector<UserId>& hidden_from);
  std::vector<View>* opened_on(const UserId& user, const std::string& socket_id); // null: nothing
  void close_here(const View& view, const std::string& socket_id);
  void on_disconnected(const events::UserDisconnectedEvent& event);
  void on_presence(const events::PresenceChangedEvent& event);
  void drop(const View& view);
  void hide_between(const UserId& one, const UserId& other);
  void on_time();
  void arm();
  void tell(const View& view, bool is_viewing, std::string room, const std::vector<UserId>& except);

  void hear(std::string_view bytes);
  void publish(std::string_view what, const std::vector<View>& views);
  void publish_all();
  void on_node_lost(const std::string& node);

  storage::Store& store_;
  const WallClock& clock_;
  wire::sio::Namespace& messaging_;
  wire::net::Loop& loop_;
  cluster::NodeBus* const nodes_; // none: this node is alone
  wire::JsonParser parser_;

  ViewerBoard board_;
  // What the sockets of this node have open, by user and socket, told or not.
  std::unordered_map<UserId, std::unordered_map<std::string, std::vector<View>>, IdHash> opened_;
  wire::net::Timer timer_;
};

} // namespace mentara::connections
