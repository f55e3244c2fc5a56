#include "wire/wire.h"

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  wire::Node node({.threads = 2}, [](wire::Server& io) { // called once for each thread
    io.use([](wire::Socket& socket, wire::Next next) {
      const auto name = socket.handshake().auth("name");
      if (!name) return next.refuse({"a name is needed"});
      socket.state = *name;
      next();
    });
    io.on("join", [](wire::Socket& socket, std::string_view room, wire::Ack ack) { ack(socket.join(room)); });
    io.on("say", [](wire::Socket& socket, std::string_view room, std::string_view text, wire::Ack ack) {
      const bool member = socket.in_room(room);
      const auto& name = std::any_cast<const std::string&>(socket.state);
      if (member) socket.to(room).emit("said", wire::json_object("room", room, "by", name, "text", text));
      ack(member);
    });
  });
  const auto port = node.listen("0.0.0.0", static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 3000));
  if (!port) return std::fprintf(stderr, "%s\n", port.error().text.c_str()), 1;
  std::printf("listening on port %d\n", *port);
  std::fflush(stdout);
  node.run_until_signal();
}
