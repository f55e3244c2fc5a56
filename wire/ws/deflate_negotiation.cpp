#include "wire/ws/deflate_negotiation.h"

#include <algorithm>

namespace wire::ws {
namespace {

constexpr int window_bits_min = 8, window_bits_max = 15;
constexpr int server_window_bits_min = 9; // zlib has no raw deflate with 8

// One element of the header. Every parameter at most once; a window without a value is 15.
struct Offer {
  bool acceptable = true;
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::optional<int> server_max_window_bits;
  std::optional<int> client_max_window_bits;
};

// Decimal without leading zeros (§7.1.2.1).
std::optional<int> window_bits(std::string_view text) {
  for (int bits = window_bits_min; bits <= window_bits_max; ++bits) {
    if (text == std::to_string(bits)) return bits;
  }
  return std::nullopt;
}

bool take_flag(bool& flag, const std::optional<std::string_view>& value) {
  return !value && !std::exchange(flag, true);
}

bool take_window(std::optional<int>& window, const std::optional<std::string_view>& value) {
  if (window) return false;
  window = value ? window_bits(*value) : window_bits_max;
  return window.has_value();
}

bool take_parameter(Offer& offer, std::string_view name, const std::optional<std::string_view>& value) {
  if (name == "server_no_context_takeover") return take_flag(offer.server_no_context_takeover, value);
  if (name == "client_no_context_takeover") return take_flag(offer.client_no_context_takeover, value);
  if (name == "client_max_window_bits") return take_window(offer.client_max_window_bits, value);
  return name == "server_max_window_bits" && value && take_window(offer.server_max_window_bits, value);
}

// RFC 6455 §9.1
Result<Offer, HeaderError> read_offer(HeaderReader& reader) {
  Offer offer;
  const auto extension = reader.token();
  if (extension.empty()) return HeaderError::malformed;
  offer.acceptable = extension == "permessage-deflate";
  while (reader.take(';')) {
    const auto name = reader.token();
    if (name.empty()) return HeaderError::malformed;
    std::optional<std::string_view> value;
    if (reader.take('=')) {
      const bool quoted = reader.take('"'); // what it quotes must be a token all the same
      value = reader.token();
      if (value->empty() || (quoted && !reader.take('"'))) return HeaderError::malformed;
    }
    offer.acceptable = offer.acceptable && take_parameter(offer, name, value);
  }
  return offer;
}

DeflateParams agree(const Offer& offer, const DeflateOptions& options) {
  DeflateParams params;
  params.server_no_context_takeover = offer.server_no_context_takeover || options.server_no_context_takeover;
  params.client_no_context_takeover = offer.client_no_context_takeover || options.client_no_context_takeover;
  if (offer.server_max_window_bits || options.server_max_window_bits < window_bits_max) {
    params.server_max_window_bits =
        std::min(offer.server_max_window_bits.value_or(window_bits_max), options.server_max_window_bits);
  }
  if (offer.client_max_window_bits && options.client_max_window_bits < window_bits_max) {
    params.client_max_window_bits = std::min(*offer.client_max_window_bits, options.client_max_window_bits);
  }
  params.threshold = options.threshold;
  params.inflate_limits = options.inflate_limits;
  return params;
}

} // namespace

Result<std::optional<DeflateParams>, HeaderError> negotiate_deflate(std::string_view sec_websocket_extensions,
                                                                    const DeflateOptions& options) {
  std::optional<DeflateParams> params;
  if (sec_websocket_extensions.empty()) return params;
  HeaderReader reader(sec_websocket_extensions);
  do {
    const auto offer = read_offer(reader);
    if (!offer) return offer.error();
    const bool window_is_possible = offer->server_max_window_bits.value_or(window_bits_max) >= server_window_bits_min;
    if (!params && offer->acceptable && window_is_possible) params = agree(*offer, options);
  } while (reader.take(','));
  if (!reader.at_end()) return HeaderError::malformed;
  return params;
}

std::string sec_websocket_extensions(const DeflateParams& params) {
  std::string value = "permessage-deflate";
  if (params.server_no_context_takeover) value += "; server_no_context_takeover";
  if (params.client_no_context_takeover) value += "; client_no_context_takeover";
  if (params.server_max_window_bits) {
    value += "; server_max_window_bits=" + std::to_string(*params.server_max_window_bits);
  }
  if (params.client_max_window_bits) {
    value += "; client_max_window_bits=" + std::to_string(*params.client_max_window_bits);
  }
  return value;
}

} // namespace wire::ws
