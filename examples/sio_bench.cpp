// What bench/compare loads: on / and on /messaging every socket joins "room"; `echo` answers its ack with its first
// argument; `broadcast` emits `msg` with the same argument to the room.
#include "examples/flags.h"
#include "wire/wire.h"

int main(int argc, char** argv) {
  const examples::Flags flags(argc, argv, "sio_bench --port P [--threads N] [--deflate 1]");
  wire::NodeOptions options;
  options.threads = static_cast<int>(flags.number("threads", 1));
  if (flags.number("deflate", 0) != 0) options.server.per_message_deflate.emplace();
  wire::Node node(options, [](wire::Server& io) {
    for (const char* name : {"/", "/messaging"}) {
      wire::Namespace& nsp = io.of(name);
      nsp.on_connection([](wire::Socket& socket) { socket.join("room"); });
      nsp.on("echo",
             [](wire::Socket&, const wire::Args& args, wire::Ack ack) { ack.send(wire::Payload().add(args, 0)); });
      nsp.on("broadcast", [](wire::Socket& socket, const wire::Args& args, wire::Ack) {
        socket.nsp().to("room").emit_payload("msg", wire::Payload().add(args, 0));
      });
    }
  });
  return examples::serve(node, flags.number("port", 3000));
}
