#pragma once

#include <optional>
#include <string>

#include "mentara/domain/id.h"
#include "mentara/domain/time.h"

namespace mentara {

// What others may know of a user; learned from tokens, so a user who never connected has only an id.
struct User {
  UserId id;
  std::string name{};
  std::string first_name{};
  std::string last_name{};
  std::string avatar_url{};
  std::string role{};

  friend bool operator==(const User&, const User&) = default;
};

// Whom a verified token speaks for.
struct Identity {
  User user;
  std::string email{};
  std::string token_id{}; // jti
  UnixTime issued_at{};
  UnixTime expires_at{};
};

} // namespace mentara
