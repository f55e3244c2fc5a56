// An Engine.IO server alone: what comes goes back, text as text and binary as binary. Its options can be tried out: a
// negative threshold switches a compression off.
#include "examples/engine_node.h"
#include "examples/flags.h"

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

wire::eio::ServerOptions options_of(const examples::Flags& flags) {
  wire::eio::ServerOptions options;
  options.cors = wire::http::CorsOptions();
  options.path = flags.text("path", "/engine.io/");
  options.ping_interval = flags.ms("ping-interval", options.ping_interval);
  options.ping_timeout = flags.ms("ping-timeout", options.ping_timeout);
  options.max_http_buffer_size =
      static_cast<std::size_t>(flags.number("max-payload", static_cast<long>(options.max_http_buffer_size)));
  options.allow_upgrades = flags.number("allow-upgrades", 1) != 0;
  if (const long threshold = flags.number("per-message-deflate", -1); threshold >= 0) {
    auto& deflate = options.per_message_deflate.emplace();
    deflate.threshold = static_cast<std::size_t>(threshold);
    deflate.server_no_context_takeover = deflate.client_no_context_takeover = flags.number("context-takeover", 0) == 0;
  }
  options.http_compression.reset();
  if (const long threshold = flags.number("http-compression", 1024); threshold >= 0) {
    options.http_compression.emplace().threshold = static_cast<std::size_t>(threshold);
  }
  if (const std::string name = flags.text("cookie", ""); !name.empty()) options.cookie.emplace().name = name;
  if (std::string text = flags.text("initial-packet", ""); !text.empty()) options.initial_packet = std::move(text);
  return options;
}

} // namespace

int main(int argc, char** argv) {
  const examples::Flags flags(argc, argv,
                              "eio_echo --port P [--path /engine.io/] [--ping-interval MS] [--ping-timeout MS]"
                              " [--max-payload N] [--allow-upgrades 0|1] [--per-message-deflate THRESHOLD]"
                              " [--context-takeover 0|1] [--http-compression THRESHOLD] [--cookie NAME]"
                              " [--initial-packet TEXT]");
  Echo echo; // stateless: one for all sessions
  examples::EngineNode node(options_of(flags));
  node.engine.on_connection(
      [&echo](wire::eio::Session& session, const wire::eio::HandshakeRequest&) { session.set_handler(echo); });
  return examples::serve(node, flags.number("port", 3000));
}
