#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mentara/push/endpoint.h"
#include "wire/base/unique_function.h"

// The way to push services: one POST for each push (RFC 8030 §5).
namespace mentara::push {

struct PushRequest {
  Endpoint endpoint;
  std::string authorization; // vapid.h
  std::int64_t ttl_s = 0;    // for so long the service keeps it for a browser that is not there
  std::string_view urgency;  // "very-low", "low", "normal", "high"
  std::string topic;         // it takes the place of what is kept with the same one
  std::string body;          // encryption.h
};

struct PushAnswer {
  int status = 0;                              // 0: there was no answer
  std::optional<std::int64_t> retry_after_s{}; // as the service asks
  std::string error{};                         // of status 0
};

class Outlet {
 public:
  virtual ~Outlet() = default;
  // Calls `done` once on the home loop, never from within the call.
  virtual void send(PushRequest request, wire::UniqueFunction<void(PushAnswer)> done) = 0;
};

} // namespace mentara::push
