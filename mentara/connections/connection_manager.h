#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mentara/domain/failure.h"
#include "mentara/domain/id.h"
#include "mentara/domain/user.h"
#include "wire/base/hash.h"

namespace mentara::connections {

// One socket in one namespace.
struct ConnectedSocket {
  std::string socket_id;
  std::string nsp;
  UserId user_id;
  DeviceId device_id;
};

// Who is connected, over all namespaces and loops of this process; a user may have many devices and sockets. Owned by
// the home loop.
class ConnectionManager {
 public:
  struct Limits {
    std::size_t sockets_per_user; // in one namespace
  };
  explicit ConnectionManager(Limits limits) : limits_(limits) {}

  // How many sockets a user has on other nodes, and who hears that he has one less here.
  struct Others {
    std::function<std::size_t(const UserId&, std::string_view nsp)> count;
    std::function<void(const UserId&)> left;
  };
  void join(Others others) { others_ = std::move(others); } // without it this node is alone

  // False: the user has as many sockets in that namespace as he may; nothing was registered.
  bool register_connection(ConnectedSocket socket, const User& user_info);
  // What was registered; none when it is not known (any more).
  std::optional<ConnectedSocket> unregister_connection(std::string_view socket_id);

  std::optional<UserId> get_user_id(std::string_view socket_id) const;
  // The socket that the user connected last.
  std::optional<std::string> get_socket_id(const UserId& user) const;
  std::vector<std::string> get_socket_ids(const UserId& user) const; // in the order of connecting
  std::size_t count_sockets(const UserId& user, std::string_view nsp) const;
  // The last ones that he connected there, if they are more than `most`.
  std::vector<std::string> sockets_beyond(const UserId& user, std::string_view nsp, std::size_t most) const;
  std::optional<User> get_user_info(const UserId& user) const; // as his newest token says
  static std::string get_user_room(const UserId& user);

  const Limits& limits() const { return limits_; }
  std::size_t socket_count() const { return sockets_.size(); }
  std::size_t user_count() const { return users_.size(); }

 private:
  struct ConnectedUser {
    User info;
    std::vector<std::string> socket_ids;
  };

  const Limits limits_;
  Others others_;
  std::unordered_map<std::string, ConnectedSocket, wire::SeededHash, std::equal_to<>> sockets_; // by socket id
  std::unordered_map<UserId, ConnectedUser, IdHash> users_;
};

Failure too_many_sockets(); // what the user is told

} // namespace mentara::connections
