// The server that the client project's own tests need: whichever client passes them against Socket.IO on Node can be
// tested against this one.
#include <ctime>
#include <map>
#include <memory>

#include "examples/flags.h"
#include "wire/cluster/node.h"

namespace {

using wire::RawJson;
using wire::sio::Ack;
using wire::sio::Args;
using wire::sio::Binary;
using wire::sio::Next;
using wire::sio::Payload;
using wire::sio::Socket;

// What JSON.stringify makes of a Date.
std::string iso_date() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  std::tm utc{};
  gmtime_r(&now.tv_sec, &utc);
  char text[40];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  char millis[8];
  std::snprintf(millis, sizeof millis, ".%03dZ", static_cast<int>(now.tv_nsec / 1'000'000));
  return std::string(text, size) + millis;
}

// Allows every handshake a moment later, so that a client's tests meet a server that is not instantaneous.
class Hesitation {
 public:
  void set_loop(wire::net::Loop& loop) { loop_ = &loop; }
  void allow_later(wire::eio::AllowReply reply) {
    const int id = next_id_++;
    auto timer = std::make_unique<wire::net::Timer>(*loop_, [this, id, reply = std::move(reply)]() mutable {
      reply.allow();
      loop_->post([this, id] { timers_.erase(id); });
    });
    timer->arm(wire::milliseconds(10));
    timers_.emplace(id, std::move(timer));
  }

 private:
  wire::net::Loop* loop_ = nullptr;
  int next_id_ = 0;
  std::map<int, std::unique_ptr<wire::net::Timer>> timers_;
};

void get_id(Socket& socket, const Args&, Ack ack) { ack(socket.id()); }

// blob1(binary), blob2("second"), blob3(binary), and abuff1(binary), abuff2: the last is answered when those before it
// came, in their order.
struct Sequence {
  int blobs = 0, buffers = 0;
};
Sequence& sequence_of(Socket& socket) {
  if (!socket.state.has_value()) socket.state = Sequence();
  return *std::any_cast<Sequence>(&socket.state);
}

bool is_binary(const Args& args) { return args.binary(args[0]).has_value(); }

void set_up_binary(wire::sio::Namespace& io) {
  io.on("doge", [](Socket& socket, const Args&, Ack) { socket.emit("doge", Binary{"asdfasdf"}); });
  io.on("getbin", [](Socket& socket, const Args&, Ack) { socket.emit("takebin", Binary{"asdfasdf"}); });
  io.on("buffa", [](Socket& socket, const Args& args, Ack) {
    if (is_binary(args)) socket.emit("buffack");
  });
  io.on("blob", [](Socket& socket, const Args& args, Ack) {
    if (is_binary(args)) socket.emit("back");
  });
  for (const char* event : {"jsonbuff", "jsonblob"}) {
    io.on(event, [answer = std::string(event) + "-ack"](Socket& socket, const Args& args, Ack) {
      const auto message = args[0].find("message");
      if (!args[0].find("hello") || !args[0].find("goodbye")) return;
      if (message && args.binary(*message)) socket.emit(answer);
    });
  }
  io.on("abuff1", [](Socket& socket, const Args& args, Ack) {
    if (is_binary(args)) sequence_of(socket).buffers = 1;
  });
  io.on("abuff2", [](Socket& socket, const Args&, Ack) {
    if (sequence_of(socket).buffers == 1) socket.emit("abuff2-ack");
  });
  io.on("blob1", [](Socket& socket, const Args& args, Ack) {
    if (is_binary(args)) sequence_of(socket).blobs = 1;
  });
  io.on("blob2", [](Socket& socket, const Args& args, Ack) {
    Sequence& sequence = sequence_of(socket);
    if (sequence.blobs == 1 && args[0].string() == "second") sequence.blobs = 2;
  });
  io.on("blob3", [](Socket& socket, const Args& args, Ack) {
    if (sequence_of(socket).blobs == 2 && is_binary(args)) socket.emit("blob3-ack");
  });
}

void set_up_main(wire::sio::Namespace& io) {
  io.use([](Socket& socket, Next next) {
    if (socket.handshake().query("fail")) return next.refuse({"Auth failed (main namespace)", {}});
    next();
  });
  io.on("hi", [](Socket& socket, const Args&, Ack) { socket.emit("hi"); });
  io.on("echo", [](Socket&, const Args& args, Ack ack) { ack.send(Payload().add(args, 0)); });
  io.on("ack", [](Socket& socket, const Args&, Ack) {
    const auto answered = [weak = socket.weak_from_this()](const Args* answer) {
      const auto asked = weak.lock();
      if (!answer || !asked) return;
      const auto test = (*answer)[1].find("test");
      if ((*answer)[0].integer() == 5 && test && test->boolean() == true) asked->emit("got it");
    };
    socket.emit_with_ack(wire::seconds(10), answered, "ack");
  });
  io.on("getAckDate", [](Socket&, const Args&, Ack ack) { ack(iso_date()); });
  io.on("getDate", [](Socket& socket, const Args&, Ack) { socket.emit("takeDate", iso_date()); });
  io.on("getDateObj", [](Socket& socket, const Args&, Ack) {
    const std::string object = R"({"date":")" + iso_date() + "\"}";
    socket.emit("takeDateObj", RawJson{object});
  });
  io.on("getUtf8", [](Socket& socket, const Args&, Ack) {
    for (const char* text : {"てすと", "Я Б Г Д Ж Й", "Ä ä Ü ü ß", "utf8 — string", "utf8 — string"}) {
      socket.emit("takeUtf8", text);
    }
  });
  io.on("false", [](Socket& socket, const Args&, Ack) { socket.emit("false", false); });
  io.on("getHandshake", [](Socket& socket, const Args&, Ack ack) {
    const std::string handshake = socket.handshake().to_json();
    ack(RawJson{handshake});
  });
  io.on("getId", get_id);
  set_up_binary(io);
}

void set_up(wire::sio::Server& io) {
  set_up_main(io.of("/"));
  io.of("/foo").on("getId", get_id);
  for (const char* name : {"/timeout_socket", "/valid", "/asd"}) io.of(name);
  io.of("/abc").on_connection([](Socket& socket) {
    const std::string handshake = socket.handshake().to_json();
    socket.emit("handshake", RawJson{handshake});
  });
  io.of("/no").use([](Socket&, Next next) { next.refuse({"Auth failed (custom namespace)", {}}); });
}

} // namespace

int main(int argc, char** argv) {
  const examples::Flags flags(argc, argv, "sio_client_tests --port P");
  Hesitation hesitation;
  wire::cluster::NodeOptions options;
  options.server.ping_interval = wire::milliseconds(2000);
  options.server.connection_state_recovery.emplace();
  options.server.allow_request = [&hesitation](const wire::http::Request&, wire::eio::AllowReply reply) {
    hesitation.allow_later(std::move(reply));
  };
  wire::cluster::Node node(std::move(options), [&hesitation](wire::sio::Server& io) {
    hesitation.set_loop(io.loop());
    set_up(io);
  });
  return examples::serve(node, flags.number("port", 3210));
}
