// The server of the protocol's own test-suite: CORS for all; on / and /custom each connection is sent `auth` with what
// it gave; on /, `message` comes back as `message-back`, and `message-with-ack` answers with its arguments.
#include <memory>
#include <utility>

#include "examples/flags.h"
#include "wire/cluster/node.h"
#include "wire/net/loop.h"

namespace {

// `auth` follows the answer to CONNECT after a moment, or right before the answer to what comes sooner: a client that
// awaits one packet after the other, as the test-suite does, loses the second of two that it reads at once.
class Greeting {
 public:
  explicit Greeting(wire::sio::Socket& socket) : socket_(socket), timer_(socket.loop(), [this] { send(); }) {
    timer_.arm(wire::milliseconds(20));
  }
  void send() {
    if (!std::exchange(sent_, true)) socket_.emit("auth", wire::RawJson{socket_.handshake().auth()});
  }

 private:
  wire::sio::Socket& socket_; // keeps this
  wire::net::Timer timer_;
  bool sent_ = false;
};

void greet(wire::sio::Socket& socket) {
  socket.on_any([greeting = std::make_unique<Greeting>(socket)](wire::sio::Socket&, std::string_view,
                                                                const wire::sio::Args&) { greeting->send(); });
}

} // namespace

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
    for (const char* name : {"/", "/custom"}) io.of(name).on_connection(greet);
    io.of("/").on("message", [](wire::sio::Socket& socket, const wire::sio::Args& args, wire::sio::Ack) {
      socket.emit_payload("message-back", wire::sio::Payload().add(args));
    });
    io.of("/").on("message-with-ack", [](wire::sio::Socket&, const wire::sio::Args& args, wire::sio::Ack ack) {
      ack.send(wire::sio::Payload().add(args));
    });
  });
  return examples::serve(node, flags.number("port", 3000));
}
