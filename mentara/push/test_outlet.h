#pragma once

#include <string>
#include <utility>
#include <vector>

#include "mentara/domain/test_clock.h"
#include "mentara/push/outlet.h"
#include "wire/base/base64.h"
#include "wire/base/time.h"

// For tests: push services that answer when the test says so, and clocks that it sets.
namespace mentara::push {

class FakeOutlet final : public Outlet {
 public:
  struct Sent {
    PushRequest request;
    wire::UniqueFunction<void(PushAnswer)> done;
  };
  void send(PushRequest request, wire::UniqueFunction<void(PushAnswer)> done) override {
    sent.push_back({std::move(request), std::move(done)});
  }
  void answer(std::size_t index, int status, std::optional<std::int64_t> retry_after_s = {}) {
    std::exchange(sent.at(index).done, nullptr)({status, retry_after_s, status == 0 ? "refused" : ""});
  }
  std::vector<Sent> sent;
};

// RFC 8291, appendix A
inline const std::string test_user_key =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
inline const std::string test_auth_secret = "BTBZMqHH6r4Tts7J_aSIgg";

} // namespace mentara::push
