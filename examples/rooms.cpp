// Rooms: a socket may be in many. Who joins hears who is there, the others hear of newcomers, and of those who leave or
// whose connection ends: while `disconnecting` a socket still has its rooms.
#include "examples/flags.h"
#include "wire/wire.h"

namespace {

void join(wire::Socket& socket, std::string_view room, wire::Ack ack) {
  if (!socket.join(room)) return ack(nullptr); // in too many, or the name is too long
  socket.to(room).emit("joined", room, socket.id());
  // Members may be on other threads, so the answer comes later.
  socket.nsp().to(room).fetch_sockets(
      [ack = std::move(ack)](bool, const std::vector<wire::RemoteSocket>& members) mutable {
        std::vector<std::string> ids;
        for (const wire::RemoteSocket& member : members) ids.push_back(member.id);
        ack(ids);
      });
}

void leave(wire::Socket& socket, std::string_view room) {
  if (!socket.in_room(room)) return;
  socket.to(room).emit("left", room, socket.id());
  socket.leave(room);
}

// To several rooms at once: who is in more than one hears it once.
void announce(wire::Socket& socket, const std::vector<std::string>& rooms, std::string_view text) {
  wire::Broadcast others = socket.broadcast();
  for (const std::string& room : rooms) {
    if (!socket.in_room(room)) return;
    others = others.to(room);
  }
  if (!rooms.empty()) others.emit("announced", text);
}

void leave_all(wire::Socket& socket, wire::DisconnectReason) {
  for (const std::string& room : socket.rooms()) {
    if (room != socket.id()) socket.to(room).emit("left", room, socket.id());
  }
}

} // namespace

int main(int argc, char** argv) {
  const examples::Flags flags(argc, argv, "rooms --port P [--threads N]");
  wire::NodeOptions options;
  options.threads = static_cast<int>(flags.number("threads", 1));
  wire::Node node(options, [](wire::Server& io) {
    io.on("join", join);
    io.on("leave", leave);
    io.on("announce", announce);
    io.sockets().on_disconnecting(leave_all);
  });
  return examples::serve(node, flags.number("port", 3000));
}
