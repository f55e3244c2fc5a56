#pragma once

#include <string>
#include <string_view>

#include "bench/load/client.h"
#include "bench/load/frame.h"

namespace load {

// Over WebSocket alone, with permessage-deflate when the framing says so.
class WebSocketClient final : public Client {
 public:
  WebSocketClient(const Target& target, std::string_view auth);

  void send_frame(std::string_view frame) override { out_ += frame; }
  void leave() override;
  Result<void, std::string> on_bytes(std::string_view bytes, Events& events) override;

 private:
  void send_packet(std::string_view packet) override { append_frame(out_, Opcode::text, packet); }
  Result<std::size_t, std::string> on_head(std::string_view bytes); // bytes consumed
  Result<std::size_t, std::string> on_frame(std::string_view bytes, Events& events);

  std::string rest_; // of a frame of which more is to come
};

} // namespace load
