#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mentara/domain/failure.h"

// How a failure reaches the client that asked. They borrow from the failure: encode at once.
namespace mentara::contract {

// The ack of every request that failed.
struct FailureAck {
  explicit FailureAck(const Failure& failure);
  bool success = false;
  std::string_view error; // for a person
  std::string_view code;  // for a program
  std::optional<std::int64_t> retryAfterMs;
  std::optional<std::string_view> field;  // of invalid_payload: a path from the payload
  std::optional<std::string_view> callId; // of glare: the call to answer
};
BOOST_DESCRIBE_STRUCT(FailureAck, (), (success, error, code, retryAfterMs, field, callId))
void append_json(std::string& out, const FailureAck& ack);

// Emitted as `exception` when the client asked for no ack.
struct Exception {
  Exception(std::string_view of_event, const Failure& failure);
  std::string_view event;
  std::string_view error;
  std::string_view code;
  std::optional<std::int64_t> retryAfterMs;
  std::optional<std::string_view> field;
  std::optional<std::string_view> callId;
};
BOOST_DESCRIBE_STRUCT(Exception, (), (event, error, code, retryAfterMs, field, callId))
void append_json(std::string& out, const Exception& exception);

} // namespace mentara::contract
