#include "mentara/connections/connection_manager.h"

#include <algorithm>

#include "mentara/connections/rooms.h"

namespace mentara::connections {

bool ConnectionManager::register_connection(ConnectedSocket socket, const User& user_info) {
  std::size_t in_namespace = count_sockets(socket.user_id, socket.nsp);
  if (others_.count) in_namespace += others_.count(socket.user_id, socket.nsp);
  if (in_namespace >= limits_.sockets_per_user) return false;
  ConnectedUser& user = users_[socket.user_id];
  user.info = user_info;
  user.socket_ids.push_back(socket.socket_id);
  std::string id = socket.socket_id;
  sockets_.emplace(std::move(id), std::move(socket));
  return true;
}

std::optional<ConnectedSocket> ConnectionManager::unregister_connection(std::string_view socket_id) {
  const auto found = sockets_.find(socket_id);
  if (found == sockets_.end()) return std::nullopt;
  ConnectedSocket socket = std::move(found->second);
  sockets_.erase(found);
  const auto user = users_.find(socket.user_id);
  std::erase(user->second.socket_ids, socket.socket_id);
  if (user->second.socket_ids.empty()) users_.erase(user);
  if (others_.left) others_.left(socket.user_id);
  return socket;
}

std::optional<UserId> ConnectionManager::get_user_id(std::string_view socket_id) const {
  const auto found = sockets_.find(socket_id);
  if (found == sockets_.end()) return std::nullopt;
  return found->second.user_id;
}

std::optional<std::string> ConnectionManager::get_socket_id(const UserId& user) const {
  const auto found = users_.find(user);
  if (found == users_.end()) return std::nullopt;
  return found->second.socket_ids.back();
}

std::vector<std::string> ConnectionManager::get_socket_ids(const UserId& user) const {
  const auto found = users_.find(user);
  return found == users_.end() ? std::vector<std::string>() : found->second.socket_ids;
}

std::size_t ConnectionManager::count_sockets(const UserId& user, std::string_view nsp) const {
  const auto found = users_.find(user);
  if (found == users_.end()) return 0;
  const auto& ids = found->second.socket_ids;
  return static_cast<std::size_t>(std::count_if(
      ids.begin(), ids.end(), [&](const std::string& id) { return sockets_.find(id)->second.nsp == nsp; }));
}

std::vector<std::string> ConnectionManager::sockets_beyond(const UserId& user, std::string_view nsp,
                                                           std::size_t most) const {
  std::vector<std::string> beyond;
  const auto found = users_.find(user);
  if (found == users_.end()) return beyond;
  for (const std::string& id : found->second.socket_ids) {
    if (sockets_.find(id)->second.nsp != nsp) continue;
    if (most > 0) {
      --most;
    } else {
      beyond.push_back(id);
    }
  }
  return beyond;
}

std::optional<User> ConnectionManager::get_user_info(const UserId& user) const {
  const auto found = users_.find(user);
  if (found == users_.end()) return std::nullopt;
  return found->second.info;
}

std::string ConnectionManager::get_user_room(const UserId& user) { return user_room(user); }

Failure too_many_sockets() {
  return {Code::connection_limit, "You have too many connections open. Close one of them, then connect again."};
}

} // namespace mentara::connections
