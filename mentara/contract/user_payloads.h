#pragma once

#include <boost/describe/class.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "mentara/contract/constraints.h"
#include "mentara/contract/decode.h"
#include "mentara/contract/messaging_acks.h"
#include "mentara/domain/id.h"
#include "mentara/limits.h"

// What backends ask about users, and how it is answered.
namespace mentara::contract {

// DELETE /users/{userId}
struct WhichUser {
  UserId userId;
};
BOOST_DESCRIBE_STRUCT(WhichUser, (), (userId))

// GET /users/{userId}/export. `cursor` is the nextCursor of the page that came last.
struct ExportUser {
  UserId userId;
  OrEmpty<Text<0, limits::cursor_chars_max>> cursor;
};
BOOST_DESCRIBE_STRUCT(ExportUser, (), (userId, cursor))

// A validated array of objects.
struct RawObjects {
  std::string_view text;
};
inline void write(std::string& out, RawObjects objects) { out += objects.text; }

// A page of one kind of what is kept; it may be empty although more follows.
struct ExportAck {
  Success success{};
  std::string_view section; // profile, devices, blocks, conversations, messages …
  RawObjects items;
  std::optional<std::string_view> nextCursor{};
};
BOOST_DESCRIBE_STRUCT(ExportAck, (), (success, section, items, nextCursor))
void append_json(std::string& out, const ExportAck& ack);

} // namespace mentara::contract
