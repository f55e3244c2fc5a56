#pragma once

#include <string>
#include <string_view>

#include "bench/load/client.h"

namespace load {

// Over HTTP long-polling, on one connection that is kept alive: what is to be sent is posted, then the answer is polled
// for, and so on in turn. It polls while an answer is awaited, not before the first event; so its heartbeat is that of
// a busy client.
class PollingClient final : public Client {
 public:
  PollingClient(const Target& target, std::string_view auth);

  void send_frame(std::string_view frame) override;
  void leave() override {} // no mode that polls lets its connections leave
  Result<void, std::string> on_bytes(std::string_view bytes, Events& events) override;

 private:
  enum class Awaited { nothing, open, post, poll };

  void send_packet(std::string_view packet) override;
  Result<std::size_t, std::string> on_response(std::string_view bytes, Events& events); // bytes consumed
  Result<void, std::string> on_payload(std::string_view payload, Events& events);
  void request_next();

  Awaited awaited_ = Awaited::open;
  std::string query_;   // of this session's requests
  std::string packets_; // to be posted
  std::string rest_;    // of a response of which more is to come
};

} // namespace load
