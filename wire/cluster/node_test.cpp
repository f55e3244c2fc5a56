#include "wire/cluster/node.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <poll.h>

#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "wire/eio/test_support.h"
#include "wire/net/test_support.h"

namespace wire::cluster {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// A client in the test's own thread that waits for what it expects.
class BlockingClient {
 public:
  explicit BlockingClient(std::uint16_t port) : socket_(net::test::Client::connect_to(port)) {}

  void send(std::string_view request) { socket_.send(request); }
  // Bytes that came and were not taken; false: nothing more came.
  bool read_more() {
    if (socket_.ended() || socket_.was_reset()) return false;
    pollfd readable{socket_.fd(), POLLIN, 0};
    if (::poll(&readable, 1, 10'000) != 1) return false;
    socket_.read();
    bytes += socket_.take_received();
    return true;
  }
  // The body of the answer to one request.
  std::string ask(std::string_view method, std::string_view target, std::string_view body = "") {
    send(std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
    while (read_more()) {
    }
    const std::size_t head = bytes.find("\r\n\r\n");
    return head == std::string::npos ? "no answer" : bytes.substr(head + 4);
  }

  std::string bytes;

 private:
  net::test::Client socket_;
};

// The same over a WebSocket, packet by packet.
class WebSocketClient {
 public:
  explicit WebSocketClient(std::uint16_t port, std::string_view connect = "40") : client_(port) {
    client_.send(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    while (client_.bytes.find("\r\n\r\n") == std::string::npos && client_.read_more()) {
    }
    client_.bytes.erase(0, client_.bytes.find("\r\n\r\n") + 4);
    const std::string open = next();
    sid_ = open.substr(9, open.find('"', 9) - 9);
    send(connect);
    if (connect != "40") return;
    connected = next();
    EXPECT_THAT(connected, StartsWith(R"(40{"sid":")"));
  }

  void send(std::string_view packet) { client_.send(eio::test::frame(packet)); }
  std::string next() {
    for (;;) {
      if (auto frame = eio::test::take_frame(client_.bytes)) return *std::move(frame);
      if (!client_.read_more()) return "end";
    }
  }
  // A session id is one character longer on every loop but the first.
  bool on_first_loop() const { return sid_.size() == 20; }
  // Loses the connection, and waits until the server knows.
  void drop() {
    client_.send(eio::test::frame("", ws::Opcode::close));
    EXPECT_EQ(next(), "close");
  }

  std::string connected; // the answer to CONNECT

 private:
  BlockingClient client_;
  std::string sid_;
};

class ClusterNode : public testing::Test {
 protected:
  void start(int threads, sio::ServerOptions server_options = {}) {
    NodeOptions options;
    options.threads = threads;
    options.server = std::move(server_options);
    node = std::make_unique<Node>(options, [](sio::Server& server) {
      sio::Namespace& nsp = server.of("/");
      nsp.on("join",
             [](sio::Socket& socket, const sio::Args& args, sio::Ack ack) { ack(socket.join(*args[0].string())); });
      nsp.on("tell", [](sio::Socket& socket, const sio::Args& args, sio::Ack) {
        socket.nsp().to(*args[0].string()).emit("told", RawJson{args.raw(1)});
      });
      nsp.on("tell local", [](sio::Socket& socket, const sio::Args& args, sio::Ack) {
        socket.nsp().to(*args[0].string()).local().emit("told", RawJson{args.raw(1)});
      });
      nsp.on("tell others", [](sio::Socket& socket, const sio::Args& args, sio::Ack) {
        socket.to(*args[0].string()).emit("told", RawJson{args.raw(1)});
      });
      nsp.on("move", [](sio::Socket& socket, const sio::Args& args, sio::Ack) {
        socket.nsp().to(*args[0].string()).sockets_join(*args[1].string());
        socket.nsp().to(*args[0].string()).sockets_leave(*args[0].string());
      });
      nsp.on("ask all", [](sio::Socket& socket, const sio::Args&, sio::Ack) {
        socket.broadcast().emit_with_ack(
            seconds(10),
            [weak = socket.weak_from_this()](bool complete, const std::vector<sio::Payload>& answers) {
              std::string all = "[";
              for (const sio::Payload& answer : answers) all.append(all == "[" ? "" : ",").append(answer.json());
              if (const auto asked = weak.lock()) asked->emit("answers", complete, RawJson{all.append("]")});
            },
            "question");
      });
      nsp.on("who", [](sio::Socket& socket, const sio::Args& args, sio::Ack) {
        socket.nsp()
            .to(*args[0].string())
            .fetch_sockets(
                [weak = socket.weak_from_this()](bool complete, const std::vector<sio::RemoteSocket>& sockets) {
                  if (const auto asked = weak.lock()) asked->emit("sockets", complete, sockets.size());
                });
      });
      nsp.on("disconnect all", [](sio::Socket& socket, const sio::Args& args, sio::Ack) {
        socket.nsp().to(*args[0].string()).disconnect_sockets();
      });
    });
    port = *node->listen("127.0.0.1", 0);
    thread = std::thread([this] { node->run(); });
  }
  ~ClusterNode() override {
    if (!thread.joinable()) return;
    node->stop();
    thread.join();
  }
  // Two on each loop, all in the room.
  std::vector<std::unique_ptr<WebSocketClient>> four_in(std::string_view room) {
    std::vector<std::unique_ptr<WebSocketClient>> clients;
    int first = 0;
    for (int i = 0; i < 4; ++i) {
      clients.push_back(std::make_unique<WebSocketClient>(port));
      first += clients.back()->on_first_loop() ? 1 : 0;
      clients.back()->send("420[\"join\",\"" + std::string(room) + "\"]");
      EXPECT_EQ(clients.back()->next(), "430[true]");
    }
    EXPECT_EQ(first, 2) << "connections go to the loops in turn";
    return clients;
  }

  std::unique_ptr<Node> node;
  std::uint16_t port = 0;
  std::thread thread;
};

TEST_F(ClusterNode, reaches_the_members_of_a_room_on_every_loop_once_and_in_order) {
  start(2);
  const auto clients = four_in("room");
  const WebSocketClient outsider(port);
  for (int i = 0; i < 50; ++i) clients[0]->send(R"(42["tell","room",)" + std::to_string(i) + "]");
  for (const auto& client : clients) {
    for (int i = 0; i < 50; ++i) ASSERT_EQ(client->next(), R"(42["told",)" + std::to_string(i) + "]");
  }
}

TEST_F(ClusterNode, leaves_out_the_sender_on_every_loop_and_the_other_loops_of_what_is_local) {
  start(2);
  const auto clients = four_in("room");
  clients[0]->send(R"(42["tell others","room","others"])");
  clients[0]->send(R"(42["tell local","room","local"])");
  clients[0]->send(R"(42["tell","room","all"])");
  const std::string others = R"(42["told","others"])", local = R"(42["told","local"])", all = R"(42["told","all"])";
  for (const auto& client : clients) {
    const bool sender = client == clients[0];
    if (!sender) {
      EXPECT_EQ(client->next(), others);
    }
    if (client->on_first_loop() == clients[0]->on_first_loop()) {
      EXPECT_EQ(client->next(), local);
    }
    EXPECT_EQ(client->next(), all);
  }
}

TEST_F(ClusterNode, moves_and_disconnects_members_on_every_loop) {
  start(2);
  const auto clients = four_in("a");
  clients[0]->send(R"(42["move","a","b"])");
  clients[0]->send(R"(42["tell","a","nobody is there"])");
  clients[0]->send(R"(42["tell","b","moved"])");
  for (const auto& client : clients) EXPECT_EQ(client->next(), R"(42["told","moved"])");
  clients[0]->send(R"(42["disconnect all","b"])");
  for (const auto& client : clients) EXPECT_EQ(client->next(), "41");
}

TEST_F(ClusterNode, gathers_acks_from_every_loop) {
  start(2);
  const auto clients = four_in("room");
  clients[0]->send(R"(42["ask all"])");
  for (std::size_t i = 1; i < 4; ++i) {
    const std::string question = clients[i]->next(); // 42<id>["question"]
    ASSERT_THAT(question, HasSubstr(R"(["question"])"));
    clients[i]->send("43" + question.substr(2, question.find('[') - 2) + "[7]");
  }
  EXPECT_EQ(clients[0]->next(), R"(42["answers",true,[7,7,7]])");
}

TEST_F(ClusterNode, gathers_acks_though_somebody_leaves_or_only_other_loops_have_members) {
  start(2);
  WebSocketClient alone(port);
  const auto clients = four_in("room");
  clients[0]->send(R"(42["who","room"])");
  EXPECT_EQ(clients[0]->next(), R"(42["sockets",true,4])");
  clients[0]->send(R"(42["who","nobody"])");
  EXPECT_EQ(clients[0]->next(), R"(42["sockets",true,0])");
  clients[0]->send(R"(42["ask all"])");
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_THAT(clients[i]->next(), HasSubstr("question"));
    clients[i]->send("41");
  }
  alone.send("41");
  EXPECT_EQ(clients[0]->next(), R"(42["answers",false,[]])");
}

// --- recovery ---

TEST_F(ClusterNode, gives_a_client_back_what_it_missed_on_whichever_loop_it_returns) {
  sio::ServerOptions options;
  options.connection_state_recovery.emplace();
  start(2, options);
  const auto secret_of = [](const WebSocketClient& client) {
    const std::size_t begin = client.connected.find(R"("pid":")") + 7;
    return client.connected.substr(begin, 20);
  };
  const auto offset_of = [](const std::string& event) {
    const std::size_t end = event.rfind('"'), begin = event.rfind('"', end - 1) + 1;
    return event.substr(begin, end - begin);
  };
  std::set<bool> loops_left, loops_met;
  WebSocketClient speaker(port);
  for (int round = 0; round < 4; ++round) {
    WebSocketClient client(port);
    if (round % 2 == 0) WebSocketClient makes_the_turn_change(port);
    client.send(R"(420["join","room"])");
    EXPECT_EQ(client.next(), "430[true]");
    speaker.send(R"(42["tell","room","seen"])");
    const std::string seen = client.next();
    ASSERT_THAT(seen, StartsWith(R"(42["told","seen",")"));
    client.drop();
    speaker.send(R"(42["tell","room","missed"])");
    speaker.send(R"(420["join","synchronous"])");
    EXPECT_EQ(speaker.next(), "430[true]");
    WebSocketClient again(port, R"(40{"pid":")" + secret_of(client) + R"(","offset":")" + offset_of(seen) + "\"}");
    EXPECT_THAT(again.next(), StartsWith(R"(42["told","missed",")"));
    EXPECT_EQ(again.next(), client.connected);
    speaker.send(R"(42["tell","room","live"])");
    EXPECT_THAT(again.next(), StartsWith(R"(42["told","live",")"));
    loops_left.insert(client.on_first_loop());
    loops_met.insert(client.on_first_loop() == again.on_first_loop());
    again.send("41");
  }
  EXPECT_EQ(loops_left.size(), 2u) << "clients of both loops";
  EXPECT_EQ(loops_met.size(), 2u) << "that returned to the same and to the other";
}

TEST_F(ClusterNode, hands_a_polling_request_over_to_the_loop_of_its_session) {
  start(2);
  std::set<std::size_t> sid_sizes;
  for (int session = 0; session < 3; ++session) { // three, so that requests and sessions fall on loops in all ways
    const std::string open = BlockingClient(port).ask("GET", "/socket.io/?EIO=4&transport=polling");
    ASSERT_THAT(open, StartsWith(R"(0{"sid":")"));
    const std::string sid = open.substr(9, open.find('"', 9) - 9);
    sid_sizes.insert(sid.size());
    const std::string own = "/socket.io/?EIO=4&transport=polling&sid=" + sid;
    for (int round = 0; round < 2; ++round) { // each request on a connection of its own
      EXPECT_EQ(BlockingClient(port).ask("POST", own, round == 0 ? "40" : R"(427["join","x"])"), "ok");
      EXPECT_THAT(BlockingClient(port).ask("GET", own), StartsWith(round == 0 ? R"(40{"sid":")" : "437[true]"));
    }
    EXPECT_EQ(BlockingClient(port).ask("POST", own, "1"), "ok");
    EXPECT_THAT(BlockingClient(port).ask("GET", own), HasSubstr("Session ID unknown"));
  }
  EXPECT_EQ(sid_sizes, (std::set<std::size_t>{20, 21})) << "sessions on both loops";
}

TEST_F(ClusterNode, knows_no_session_of_a_loop_that_is_not_there) {
  start(2);
  for (const char* sid : {"abcdefghijklmnopqrst", "abcdefghijklmnopqrstB", "abcdefghijklmnopqrst_"}) {
    EXPECT_THAT(BlockingClient(port).ask("GET", "/socket.io/?EIO=4&transport=polling&sid=" + std::string(sid)),
                HasSubstr("Session ID unknown"))
        << sid;
  }
}

TEST_F(ClusterNode, needs_no_cluster_for_one_loop) {
  start(1);
  WebSocketClient one(port), two(port);
  for (WebSocketClient* each : {&one, &two}) {
    EXPECT_TRUE(each->on_first_loop());
    each->send(R"(420["join","room"])");
    EXPECT_EQ(each->next(), "430[true]");
  }
  one.send(R"(42["tell","room",1])");
  EXPECT_EQ(one.next(), R"(42["told",1])");
  EXPECT_EQ(two.next(), R"(42["told",1])");
}

TEST_F(ClusterNode, ends_every_connection_when_it_stops) {
  start(2);
  const auto clients = four_in("room");
  node->stop();
  thread.join();
  for (const auto& client : clients) EXPECT_THAT(client->next(), testing::AnyOf("close 1012", "end"));
}

} // namespace
} // namespace wire::cluster
