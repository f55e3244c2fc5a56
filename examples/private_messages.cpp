// Private messages: each user has a room, so that a message reaches all of his tabs and devices on whatever thread they
// are, and none of anybody else. `users` tells who is online.
#include <set>

#include "examples/flags.h"
#include "wire/wire.h"

namespace {

std::string room_of(std::string_view user) { return std::string("user:").append(user); }

const std::string& user_of(wire::Socket& socket) { return std::any_cast<const std::string&>(socket.state); }

// A real server checks a token here; this one believes what it is told.
void sign_in(wire::Socket& socket, wire::Next next) {
  const auto user = socket.handshake().auth("user");
  if (!user || user->empty()) return next.refuse({"who are you?"});
  socket.state = *user;
  socket.set_data(wire::json_object("user", *user).text); // for fetch_sockets, on other threads too
  socket.join(room_of(*user));
  next();
}

void send_message(wire::Socket& socket, std::string_view to, std::string_view text, wire::Ack ack) {
  const auto message = wire::json_object("from", user_of(socket), "to", to, "text", text);
  // Also to the sender's own other tabs; but not to this one, which gets the answer.
  socket.to(room_of(to)).to(room_of(user_of(socket))).emit("private message", message);
  ack(message);
}

void list_users(wire::Socket& socket, wire::Ack ack) {
  socket.nsp().broadcast().fetch_sockets(
      [ack = std::move(ack)](bool, const std::vector<wire::RemoteSocket>& sockets) mutable {
        std::set<std::string> users; // one may have many sockets
        wire::JsonParser parser;
        for (const wire::RemoteSocket& one : sockets) {
          std::string user;
          const auto data = parser.parse(one.data);
          if (data && wire::read_member(*data, "user", user)) users.insert(user);
        }
        ack(std::vector<std::string>(users.begin(), users.end()));
      });
}

} // namespace

int main(int argc, char** argv) {
  const examples::Flags flags(argc, argv, "private_messages --port P [--threads N]");
  wire::NodeOptions options;
  options.threads = static_cast<int>(flags.number("threads", 1));
  wire::Node node(options, [](wire::Server& io) {
    io.use(sign_in);
    io.on("private message", send_message);
    io.on("users", list_users);
  });
  return examples::serve(node, flags.number("port", 3000));
}
