#include "mentara/storage/store.h"

#include <variant>

#include "wire/base/log.h"

namespace mentara::storage {

void Store::learn_user(User user) {
  using Learned = wire::Result<std::monostate, Failure>;
  write<std::monostate>(
      [user = std::move(user)](Transaction& transaction) -> Learned {
        transaction.learn_user(user);
        return std::monostate{};
      },
      [](Learned learned) {
        if (!learned)
          wire::log(wire::LogLevel::warn, "a user's profile was not stored", {{"error", learned.error().error}});
      });
}

} // namespace mentara::storage
