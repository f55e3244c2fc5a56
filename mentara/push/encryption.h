#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mentara/push/keys.h"

namespace mentara::push {

// RFC 8291 §4: one record of 4096 bytes, less what surrounds the text.
inline constexpr std::size_t plaintext_bytes_max = 3993;

inline constexpr std::size_t auth_secret_bytes = 16;

bool is_public_key(std::string_view bytes); // an uncompressed point of the curve

// What a push message looks like on its way (RFC 8188, aes128gcm): only the browser with the private key of `user_key`
// and with `auth_secret` (16 bytes) can read it. `own` and `salt` (16 bytes) are for this one message. None: user_key
// is no point of the curve, or something is of another size.
std::optional<std::string> encrypt(std::string_view plaintext, std::string_view user_key, std::string_view auth_secret,
                                   const KeyPair& own, std::string_view salt);
std::optional<std::string> encrypt(std::string_view plaintext, std::string_view user_key, std::string_view auth_secret);

} // namespace mentara::push
