#include "bench/load/event_frame.h"

#include <charconv>

#include "bench/load/deflate.h"
#include "bench/load/frame.h"

namespace load {

EventFrame::EventFrame(std::string packet, Framing framing, std::optional<std::string_view> attachment) {
  const std::size_t mark = packet.find(number_mark);
  if (mark != std::string::npos) packet.replace(mark, number_mark.size(), number_digits, '0');
  switch (framing) {
    case Framing::websocket:
      append_frame(bytes_, Opcode::text, packet);
      break;
    case Framing::deflate:
      append_frame(bytes_, Opcode::text, deflated(packet), true);
      break;
    case Framing::polling:
      bytes_ = packet;
      break;
  }
  // The zero masking key leaves the payload readable at the end of the frame.
  if (mark != std::string::npos && framing != Framing::deflate) number_at_ = bytes_.size() - packet.size() + mark;
  if (attachment) append_frame(bytes_, Opcode::binary, *attachment);
}

void EventFrame::set_number(std::uint64_t number) {
  if (number_at_ == std::string::npos) return;
  for (std::size_t digit = number_digits; digit > 0; --digit) {
    bytes_[number_at_ + digit - 1] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
}

std::uint64_t parse_number(std::string_view text) {
  text = text.substr(0, EventFrame::number_digits);
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

} // namespace load
