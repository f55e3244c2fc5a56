// Namespaces: the public one counts votes; /admin, over the same connection, lets in who has the token; and every team
// has one of its own, /team-1, /team-2 …, which is made when its first member comes.
#include <atomic>

#include "examples/flags.h"
#include "wire/wire.h"

namespace {

// Shared by the loops of all threads.
struct Votes {
  std::atomic<int> yes = 0;
  std::atomic<int> no = 0;
};

// Runs once for each socket that wants to join the namespace. Whoever is refused hears `connect_error` with the message
// and the data; its other namespaces stay.
wire::Middleware only_with(std::string token) {
  return [token = std::move(token)](wire::Socket& socket, wire::Next next) {
    if (socket.handshake().auth("token") != token) {
      return next.refuse({"not authorized", wire::json_object("retry", false).text});
    }
    socket.handshake().forget_auth(); // no secret stays in memory
    next();
  };
}

void serve_votes(wire::Server& io, Votes& votes) {
  io.on("vote", [&io, &votes](bool yes) {
    ++(yes ? votes.yes : votes.no);
    io.of("/admin").emit("votes", votes.yes.load(), votes.no.load());
  });
}

void serve_admin(wire::Namespace& admin, std::string token) {
  admin.use(only_with(std::move(token)));
  admin.on("end", [](wire::Socket& socket) { socket.nsp().server().sockets().broadcast().disconnect_sockets(); });
}

void serve_teams(wire::ParentNamespace& teams) {
  teams.on("say", [](wire::Socket& socket, std::string_view text) { socket.nsp().emit("said", text); });
}

} // namespace

int main(int argc, char** argv) {
  const examples::Flags flags(argc, argv, "namespaces --port P [--token T] [--threads N]");
  const std::string token = flags.text("token", "let me in");
  wire::NodeOptions options;
  options.threads = static_cast<int>(flags.number("threads", 1));
  Votes votes;
  wire::Node node(options, [&](wire::Server& io) {
    serve_votes(io, votes);
    serve_admin(io.of("/admin"), token);
    serve_teams(io.of_matching("^/team-\\d+$"));
  });
  return examples::serve(node, flags.number("port", 3000));
}
