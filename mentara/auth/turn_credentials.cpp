#include "mentara/auth/turn_credentials.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "wire/base/base64.h"
#include "wire/base/check.h"

namespace mentara::auth {
namespace {

constexpr std::size_t username_bytes_max = 508; // RFC 8489 §14.3: less than 509

// Not in the middle of a character.
std::string_view cut(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

} // namespace

TurnCredentials turn_credentials(std::string_view secret, const UserId& user, UnixTime expires) {
  TurnCredentials credentials{std::to_string(expires.ms / 1000) + ":", {}};
  credentials.username += cut(user.value, username_bytes_max - credentials.username.size());
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  const auto* made = HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()),
                          reinterpret_cast<const unsigned char*>(credentials.username.data()),
                          credentials.username.size(), mac, &length);
  wire::check(made != nullptr, "HMAC-SHA1 can be computed");
  credentials.password = wire::base64_encode({reinterpret_cast<const char*>(mac), length});
  return credentials;
}

} // namespace mentara::auth
