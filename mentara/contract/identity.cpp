#include "mentara/contract/identity.h"

#include <string>

namespace mentara::contract {

std::optional<Failure> foreign_identity(wire::JsonView payload, std::string_view field, const User& caller) {
  const auto claimed = payload.find(field);
  if (!claimed || claimed->is_null()) return std::nullopt;
  const std::string& own = field == "role" ? caller.role : caller.id.value;
  if (claimed->string() == std::string_view(own)) return std::nullopt;
  return Failure{Code::forbidden,
                 std::string(field) + " is not yours. Leave it out: who you are is known from your token."};
}

} // namespace mentara::contract
