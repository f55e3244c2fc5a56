// Connection state recovery: who loses the connection for a while comes back with the same id, rooms and data, and gets
// what was emitted meanwhile. What a client did not get is then sent by the library; the server only asks recovered().
#include "examples/flags.h"
#include "wire/wire.h"

int main(int argc, char** argv) {
  const examples::Flags flags(argc, argv, "recovery --port P [--for MS] [--threads N]");
  wire::NodeOptions options;
  options.threads = static_cast<int>(flags.number("threads", 1));
  auto& recovery = options.server.connection_state_recovery.emplace();
  recovery.max_disconnection_duration = flags.ms("for", wire::seconds(120));
  wire::Node node(options, [](wire::Server& io) {
    io.on_connection([](wire::Socket& socket) {
      if (socket.recovered()) return; // its room and its data are there again
      socket.join("news");
      socket.set_data(wire::json_object("welcomed", true).text);
      socket.emit("welcome", socket.id());
    });
    io.on("publish", [&io](std::string_view text, wire::Ack ack) {
      io.to("news").emit("news", text);
      ack(true);
    });
    io.on("data", [](wire::Socket& socket, wire::Ack ack) { ack(wire::RawJson{socket.data()}); });
  });
  return examples::serve(node, flags.number("port", 3000));
}
