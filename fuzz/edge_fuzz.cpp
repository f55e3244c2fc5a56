// What comes before HTTP, and whom proxies name: no input may crash, and only what is well-formed may name anybody. The
// first byte chooses: a header of the PROXY protocol, X-Forwarded-For, or Forwarded.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/address.h"
#include "wire/base/check.h"
#include "wire/base/limits.h"
#include "wire/http/forwarded.h"
#include "wire/net/proxy_header.h"

namespace {

using namespace wire;

void look_at_proxy_header(std::string_view input) {
  const auto whole = net::parse_proxy_header(input);
  if (whole && *whole) {
    const net::ProxyHeader& header = **whole;
    check(header.size <= input.size() && header.size <= limits::proxy_header_bytes_max,
          "a header longer than its bytes");
    check(!header.source || Address::parse(header.source->address), "a source that is no address");
    const auto alone = net::parse_proxy_header(input.substr(0, header.size));
    check(alone && *alone && (*alone)->size == header.size, "what comes behind a header changes it");
    for (std::size_t size = 0; size < header.size; ++size) {
      const auto part = net::parse_proxy_header(input.substr(0, size));
      check(part && !*part, "a header was complete, or refused, before all of it had come");
    }
  } else if (!whole) {
    const auto more = net::parse_proxy_header(std::string(input) + "more");
    check(!more, "what was refused became a header");
  }
}

void look_at_forwarded(std::string_view input, http::ForwardedHeader which) {
  static const AddressRanges trusted({*AddressRange::parse("10.0.0.0/8")});
  const std::string_view name = which == http::ForwardedHeader::forwarded ? "forwarded" : "x-forwarded-for";
  const auto client = http::forwarded_client({{name, input}}, which, trusted);
  if (client) check(Address::parse(client->to_string()) == client, "an address that cannot be read again");
  // What a proxy of ours appends is believed, whatever stands before it.
  const std::string more =
      which == http::ForwardedHeader::forwarded ? ", for=192.0.2.1, for=\"10.0.0.1:1\"" : ", 192.0.2.1, 10.0.0.1";
  const auto appended = http::forwarded_client({{name, std::string(input) + more}}, which, trusted);
  check(appended && appended->to_string() == "192.0.2.1", "a client spoke for somebody else");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      look_at_proxy_header(input);
      break;
    case 1:
      look_at_forwarded(input, http::ForwardedHeader::x_forwarded_for);
      break;
    default:
      look_at_forwarded(input, http::ForwardedHeader::forwarded);
  }
  return 0;
}
