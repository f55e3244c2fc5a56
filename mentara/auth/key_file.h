#pragma once

#include <string_view>
#include <vector>

#include "mentara/auth/key_set.h"
#include "mentara/config/config.h"

namespace mentara::auth {

// The keys of one file of auth.keys, for the algorithm that stands beside its name and no other: a PEM with one public
// key, a JWKS or JWK (RFC 7517), or for HS256, HS384 and HS512 a file that holds the secret and nothing else. What a
// JWKS holds for other algorithms or for encryption is passed over. Throws std::invalid_argument: the file and what is
// wrong with it.
std::vector<Key> read_key_file(const KeyFile& file);

// The same of what the file holds.
std::vector<Key> read_keys(std::string_view text, const KeyFile& file);

} // namespace mentara::auth
