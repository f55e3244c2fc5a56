#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/json.h"
#include "wire/base/limits.h"
#include "wire/base/result.h"
#include "wire/sio/packet.h"
#include "wire/sio/payload.h"

namespace wire::sio {

struct DecoderLimits {
  std::size_t attachments_max = limits::attachments_max;
  std::size_t message_bytes_max = limits::max_http_buffer_size; // the attachments of one packet together
};

// A packet that is complete. Everything borrows: from the received bytes and the scratch.
struct Decoded {
  PacketType type; // binary_event and binary_ack are told as event and ack
  std::string_view nsp;
  std::optional<std::uint64_t> id;
  JsonView payload;       // of connect and disconnect
  std::string_view json;  // its text
  std::string_view event; // of an event; a name that is a number is told as its text
  Args args;              // of an event or ack
};

// What decoding needs for the length of a call: one for each loop, whatever the number of connections.
struct DecodeScratch {
  JsonParser json;
  // What the packet that was told last borrows.
  std::vector<std::string> attachments;
  std::string text;
  std::string numeric_name;
};

// The stream of messages of one connection, put together to packets. Whatever it refuses ends the connection.
class Decoder {
 public:
  explicit Decoder(const DecoderLimits& limits) : limits_(limits) {}

  // nullopt: attachments are still to come.
  Result<std::optional<Decoded>, Error> on_text(std::string_view text, DecodeScratch& scratch);
  Result<std::optional<Decoded>, Error> on_binary(std::string_view bytes, DecodeScratch& scratch);

  bool waiting_for_attachments() const { return pending_ != nullptr; }

 private:
  struct Pending;

  const DecoderLimits& limits_;
  struct PendingDelete {
    void operator()(Pending* pending) const;
  };
  std::unique_ptr<Pending, PendingDelete> pending_; // a packet whose attachments are on the way
};

// The same of a message of the msgpack parser, which is always a whole packet.
Result<std::optional<Decoded>, Error> decode_msgpack(std::string_view bytes, DecodeScratch& scratch);

} // namespace wire::sio
