#include "mentara/auth/key_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "wire/base/base64.h"
#include "wire/base/json.h"

namespace mentara::auth {
namespace {

using wire::JsonView;

[[noreturn]] void fail(const KeyFile& file, const std::string& what) {
  throw std::invalid_argument(file.path + ": " + what);
}

std::string_view text_of(JsonView key, std::string_view name) {
  const auto value = key.find(name);
  return value ? value->string().value_or("") : "";
}

// The kind of key that the algorithm works with (RFC 7518 §6.1, RFC 8037 §2).
std::string_view kind_of(JwtAlgorithm algorithm) {
  switch (algorithm) {
    case JwtAlgorithm::HS256:
    case JwtAlgorithm::HS384:
    case JwtAlgorithm::HS512:
      return "oct";
    case JwtAlgorithm::RS256:
      return "RSA";
    case JwtAlgorithm::ES256:
      return "EC";
    case JwtAlgorithm::EdDSA:
      return "OKP";
  }
  return "";
}

bool is_wanted(JsonView key, const KeyFile& file) {
  if (text_of(key, "kty") != kind_of(file.algorithm)) return false;
  if (key.find("alg") && text_of(key, "alg") != to_string(file.algorithm)) return false;
  if (key.find("use") && text_of(key, "use") != "sig") return false;
  if (file.algorithm == JwtAlgorithm::ES256 && text_of(key, "crv") != "P-256") return false;
  if (file.algorithm == JwtAlgorithm::EdDSA && text_of(key, "crv") != "Ed25519") return false;
  return file.id.empty() || text_of(key, "kid") == file.id;
}

Key read_jwk(JsonView key, const KeyFile& file) {
  const std::string id(text_of(key, "kid"));
  const std::string name = "the key \"" + id + "\" ";
  const auto bytes = [&](std::string_view member) {
    auto decoded = wire::base64url_decode_strict(text_of(key, member));
    if (!decoded || decoded->empty()) fail(file, name + "has no " + std::string(member) + " in base64url");
    return *std::move(decoded);
  };
  if (file.algorithm <= JwtAlgorithm::HS512) return Key::hmac(file.algorithm, bytes("k"), id);
  if (key.find("d")) fail(file, name + "is a private one; this server only checks signatures");
  auto read = file.algorithm == JwtAlgorithm::RS256   ? PublicKey::rsa(bytes("n"), bytes("e"))
              : file.algorithm == JwtAlgorithm::ES256 ? PublicKey::p256(bytes("x"), bytes("y"))
                                                      : PublicKey::ed25519(bytes("x"));
  if (!read) fail(file, name + read.error());
  return Key(*std::move(read), id);
}

std::vector<Key> read_jwks(std::string_view text, const KeyFile& file) {
  wire::JsonParser parser;
  const auto json = parser.parse(text);
  if (!json) fail(file, "no JSON (" + std::string(to_string(json.error())) + ")");
  std::vector<Key> keys;
  const auto take = [&](JsonView key) {
    if (key.is_object() && is_wanted(key, file)) keys.push_back(read_jwk(key, file));
  };
  if (const auto set = json->find("keys")) {
    set->for_each_element([&](JsonView key) { take(key); });
  } else {
    take(*json);
  }
  if (keys.empty()) {
    fail(file, "holds no key for " + std::string(to_string(file.algorithm)) +
                   (file.id.empty() ? std::string() : " with the id \"" + file.id + "\""));
  }
  return keys;
}

Key read_pem(std::string_view text, const KeyFile& file) {
  auto read = PublicKey::from_pem(text);
  if (!read) fail(file, "the key " + read.error());
  if (read->algorithm() != file.algorithm) {
    fail(file, "the key is for " + std::string(to_string(read->algorithm())) + ", not for " +
                   std::string(to_string(file.algorithm)));
  }
  return Key(*std::move(read), file.id);
}

std::string_view without_line_end(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

} // namespace

std::vector<Key> read_keys(std::string_view text, const KeyFile& file) {
  if (text.starts_with('{')) return read_jwks(text, file);
  if (file.algorithm > JwtAlgorithm::HS512) return {read_pem(text, file)};
  try {
    return {Key::hmac(file.algorithm, std::string(without_line_end(text)), file.id)};
  } catch (const std::invalid_argument& error) {
    fail(file, error.what());
  }
}

std::vector<Key> read_key_file(const KeyFile& file) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened(std::fopen(file.path.c_str(), "rbe"), &std::fclose);
  if (!opened) fail(file, std::string("cannot be read: ") + std::strerror(errno));
  std::string text(limits::key_file_bytes_max + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), opened.get()));
  if (std::ferror(opened.get())) fail(file, std::string("cannot be read: ") + std::strerror(errno));
  if (text.size() > limits::key_file_bytes_max) fail(file, "is too large for a file of keys");
  return read_keys(text, file);
}

} // namespace mentara::auth
