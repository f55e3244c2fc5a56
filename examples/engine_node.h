#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "wire/eio/server.h"

namespace examples {

// One loop that serves Engine.IO and nothing else.
struct EngineNode {
  explicit EngineNode(wire::eio::ServerOptions options) : engine(loop, std::move(options)) { engine.attach(http); }

  auto listen(const std::string& host, std::uint16_t port) { return http.listen(host, port); }
  void run() { loop.run(); }
  void stop() { // any thread
    loop.post([this] {
      http.stop_listening();
      engine.close(wire::eio::CloseReason::server_shutting_down);
      http.close();
    });
    loop.stop();
  }

  wire::net::Loop loop;
  wire::eio::Server engine;
  wire::http::Server http{loop};
};

} // namespace examples
