// An Engine.IO server alone: what comes goes back, text as text and binary as binary.
#include "examples/flags.h"
#include "wire/eio/server.h"

namespace {

class Echo final : public wire::eio::SessionHandler {
  void on_message(wire::eio::Session& session, std::string_view data, bool binary) override {
    if (binary) {
      session.send_binary(data);
    } else {
      session.send_text(data);
    }
  }
  void on_close(wire::eio::Session&, wire::eio::CloseReason) override {}
};

struct EchoNode {
  explicit EchoNode(wire::eio::ServerOptions options) : engine(loop, std::move(options)) {
    engine.on_connection(
        [this](wire::eio::Session& session, const wire::eio::HandshakeRequest&) { session.set_handler(echo); });
    engine.attach(http);
  }
  auto listen(const std::string& host, std::uint16_t port) { return http.listen(host, port); }
  void run() { loop.run(); }
  void stop() {
    loop.post([this] {
      http.stop_listening();
      engine.close(wire::eio::CloseReason::server_shutting_down);
      http.close();
    });
    loop.stop();
  }

  Echo echo; // stateless: one for all sessions
  wire::net::Loop loop;
  wire::eio::Server engine;
  wire::http::Server http{loop};
};

} // namespace

int main(int argc, char** argv) {
  const examples::Flags flags(
      argc, argv, "eio_echo --port P [--path /engine.io/] [--ping-interval MS] [--ping-timeout MS] [--max-payload N]");
  wire::eio::ServerOptions options;
  options.cors = wire::http::CorsOptions();
  options.path = flags.text("path", "/engine.io/");
  options.ping_interval = flags.ms("ping-interval", options.ping_interval);
  options.ping_timeout = flags.ms("ping-timeout", options.ping_timeout);
  options.max_http_buffer_size =
      static_cast<std::size_t>(flags.number("max-payload", static_cast<long>(options.max_http_buffer_size)));
  EchoNode node(std::move(options));
  return examples::serve(node, flags.number("port", 3000));
}
