#pragma once

#include <optional>
#include <vector>

#include "wire/base/address.h"
#include "wire/http/message.h"

namespace wire::http {

// Which header the trusted proxies set. One alone: they hand on the other one as a client wrote it.
enum class ForwardedHeader {
  x_forwarded_for,
  forwarded, // RFC 7239
};

// Whose request it is, as trusted proxies tell: they append whom they heard it from, so the last address that is not
// one of theirs is the client, and whatever stands before it was said by nobody who is to be believed (threats R1).
// None: they tell nothing that is an address.
std::optional<Address> forwarded_client(const std::vector<Header>& headers, ForwardedHeader which,
                                        const AddressRanges& trusted);

} // namespace wire::http
