#pragma once

#include <cstdint>

namespace mentara::storage {

// The store's own short names; meaningless outside the store that gave them.
enum class ConversationKey : std::int64_t {};
enum class UserKey : std::int64_t {};
enum class NotificationKey : std::int64_t {};

// A place in the log; see Cursor.
using Position = std::int64_t;

} // namespace mentara::storage
