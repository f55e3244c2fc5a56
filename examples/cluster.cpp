// One of several nodes that share rooms through Redis; start as many as you like, on ports of their own. Servers of
// Socket.IO on Node with @socket.io/redis-adapter, and @socket.io/redis-emitter, may take part.
#include "examples/flags.h"
#include "wire/wire.h"

int main(int argc, char** argv) {
  const examples::Flags flags(argc, argv,
                              "cluster --port P [--threads N] [--redis-host H] [--redis-port P] [--redis-user U]\n"
                              "        [--redis-password W] [--key socket.io]");
  wire::NodeOptions options;
  options.threads = static_cast<int>(flags.number("threads", 1));
  options.redis = wire::RedisOptions{
      .address = {.host = flags.text("redis-host", "127.0.0.1"),
                  .port = static_cast<std::uint16_t>(flags.number("redis-port", 6379))},
      .login = {.user = flags.text("redis-user", ""), .password = flags.text("redis-password", ""), .name = "cluster"},
      .key = flags.text("key", "socket.io")};
  wire::Node node(options, [](wire::Server& io) {
    for (const char* name : {"/", "/chat"}) {
      wire::Namespace& nsp = io.of(name);
      nsp.on("join", [](wire::Socket& socket, const wire::Args& args, wire::Ack ack) {
        ack(args[0].is_string() && socket.join(*args[0].string()));
      });
      // The room, an event, its arguments.
      nsp.on("tell", [](wire::Socket& socket, const wire::Args& args, wire::Ack) {
        const auto room = args[0].string(), event = args[1].string();
        if (!room || !event || *event == "disconnect") return;
        wire::Payload payload;
        for (std::size_t i = 2; i < args.size(); ++i) payload.add(args, i);
        socket.to(*room).emit_payload(*event, payload);
      });
      // Who is in the room, on all nodes; with `false` when a node did not answer.
      nsp.on("who", [](wire::Socket& socket, const wire::Args& args, wire::Ack ack) {
        if (!args[0].is_string()) return;
        socket.nsp()
            .to(*args[0].string())
            .fetch_sockets([ack = std::move(ack)](bool complete, const std::vector<wire::RemoteSocket>& found) mutable {
              std::vector<std::string> ids;
              for (const wire::RemoteSocket& one : found) ids.push_back(one.id);
              ack(complete, ids);
            });
      });
      // A question to everybody in the room, and all answers.
      nsp.on("ask", [](wire::Socket& socket, const wire::Args& args, wire::Ack ack) {
        if (!args[0].is_string()) return;
        auto answered = [ack = std::move(ack)](bool complete, const std::vector<wire::Payload>& answers) mutable {
          std::string all = "[";
          for (const wire::Payload& answer : answers) all.append(all == "[" ? "" : ",").append(answer.json());
          ack(complete, wire::RawJson{all.append("]")});
        };
        socket.nsp().to(*args[0].string()).emit_with_ack(wire::seconds(2), std::move(answered), "question");
      });
      nsp.on("move", [](wire::Socket& socket, const wire::Args& args, wire::Ack) {
        if (!args[0].is_string() || !args[1].is_string()) return;
        socket.nsp().to(*args[0].string()).sockets_join(*args[1].string());
        socket.nsp().to(*args[0].string()).sockets_leave(*args[0].string());
      });
      nsp.on("disconnect all", [](wire::Socket& socket, const wire::Args& args, wire::Ack) {
        if (args[0].is_string()) socket.nsp().to(*args[0].string()).disconnect_sockets();
      });
    }
  });
  return examples::serve(node, flags.number("port", 3000));
}
