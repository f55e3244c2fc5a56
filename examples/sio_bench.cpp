// What bench/compare loads: on / and on /messaging every socket joins "room"; `echo` answers its ack with its first
// argument; `broadcast` emits `msg` with the same argument to the room.
#include "examples/flags.h"
#include "wire/cluster/node.h"

int main(int argc, char** argv) {
  const examples::Flags flags(argc, argv, "sio_bench --port P [--threads N]");
  wire::cluster::NodeOptions options;
  options.threads = static_cast<int>(flags.number("threads", 1));
  wire::cluster::Node node(options, [](wire::sio::Server& io) {
    for (const char* name : {"/", "/messaging"}) {
      auto& nsp = io.of(name);
      nsp.on_connection([](wire::sio::Socket& socket) { socket.join("room"); });
      nsp.on("echo", [](wire::sio::Socket&, const wire::sio::Args& args, wire::sio::Ack ack) {
        ack.send(wire::sio::Payload().add(args, 0));
      });
      nsp.on("broadcast", [](wire::sio::Socket& socket, const wire::sio::Args& args, wire::sio::Ack) {
        socket.nsp().to("room").emit_payload("msg", wire::sio::Payload().add(args, 0));
      });
    }
  });
  return examples::serve(node, flags.number("port", 3000));
}
