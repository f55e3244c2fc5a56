// The server of the protocol's own test-suite: CORS for all; on / and /custom each connection is sent `auth` with what
// it gave; on /, `message` comes back as `message-back`, and `message-with-ack` answers with its arguments.
#include "examples/flags.h"
#include "wire/cluster/node.h"

int main(int argc, char** argv) {
  const examples::Flags flags(argc, argv,
                              "sio_echo --port P [--ping-interval MS] [--ping-timeout MS] [--connect-timeout MS] "
                              "[--parser msgpack]");
  wire::cluster::NodeOptions options;
  options.server.cors = wire::http::CorsOptions();
  options.server.ping_interval = flags.ms("ping-interval", options.server.ping_interval);
  options.server.ping_timeout = flags.ms("ping-timeout", options.server.ping_timeout);
  options.server.connect_timeout = flags.ms("connect-timeout", options.server.connect_timeout);
  if (flags.text("parser", "standard") == "msgpack") options.server.parser = wire::sio::Parser::msgpack;
  wire::cluster::Node node(options, [](wire::sio::Server& io) {
    for (const char* name : {"/", "/custom"}) {
      io.of(name).on_connection(
          [](wire::sio::Socket& socket) { socket.emit("auth", wire::RawJson{socket.handshake().auth()}); });
    }
    io.of("/").on("message", [](wire::sio::Socket& socket, const wire::sio::Args& args, wire::sio::Ack) {
      socket.emit_payload("message-back", wire::sio::Payload().add(args));
    });
    io.of("/").on("message-with-ack", [](wire::sio::Socket&, const wire::sio::Args& args, wire::sio::Ack ack) {
      ack.send(wire::sio::Payload().add(args));
    });
  });
  return examples::serve(node, flags.number("port", 3000));
}
