#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "mentara/domain/conversation.h"
#include "mentara/storage/store.h"

// Who wants to have nothing to do with whom.
namespace mentara::storage {

class Blocks {
 public:
  virtual ~Blocks() = default;
  // Whether one of the two blocks the other.
  virtual bool between(const UserId& one, const UserId& other) = 0;
  // The members of his conversation whom he blocks, or who block him.
  virtual std::vector<UserId> among_members(const Membership& member) = 0;
};

class BlockChanges {
 public:
  virtual ~BlockChanges() = default;
  virtual void add(const UserId& blocker, const UserId& blocked, const std::string& reason, UnixTime at) = 0;
  virtual void remove(const UserId& blocker, const UserId& blocked) = 0;
  virtual std::size_t count(const UserId& blocker) = 0;
};

} // namespace mentara::storage
