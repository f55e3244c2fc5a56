#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "mentara/contract/failure_payloads.h"
#include "mentara/domain/callbacks.h"
#include "mentara/domain/failure.h"
#include "mentara/gateways/caller.h"
#include "mentara/requests/reply.h"
#include "wire/base/json.h"
#include "wire/sio/ack.h"
#include "wire/sio/socket.h"

namespace mentara::gateways {

// How a client's event is answered: by its ack if it asked for one; else a success says nothing, and a failure is
// emitted as `exception`. On the socket's loop; at most once.
class Answer {
 public:
  Answer(wire::sio::Socket& socket, std::string_view event, wire::sio::Ack ack)
      : socket_(socket.weak_from_this()),
        event_(event),
        ack_(std::move(ack)),
        owed_(caller_of(socket).owed),
        tally_(caller_of(socket).tally) {}
  Answer(Answer&&) noexcept = default;
  Answer& operator=(Answer&&) = delete;

  template <class AckPayload>
  void success(const AckPayload& payload) {
    told(std::nullopt);
    ack_(payload);
    owed_.reset();
  }
  void failure(const Failure& failure) {
    const auto owed = std::move(owed_); // until it is said
    told(failure.code);
    if (ack_) return ack_(contract::FailureAck(failure));
    if (const auto socket = socket_.lock()) socket->emit("exception", contract::Exception(event_, failure));
  }
  requests::Reply as_reply() && {
    return [answer = std::move(*this)](wire::Result<std::string, Failure> reply) mutable {
      if (!reply) return answer.failure(reply.error());
      answer.success(wire::RawJson{*reply});
    };
  }
  // For what has nothing more to tell than that it succeeded.
  template <class AckPayload>
  Done<std::monostate> as_reply(const AckPayload& payload) && {
    return [answer = std::move(*this), payload](wire::Result<std::monostate, Failure> reply) mutable {
      reply ? answer.success(payload) : answer.failure(reply.error());
    };
  }

 private:
  using Clock = connections::Tally::Clock;
  void told(std::optional<Code> refused) {
    if (ack_) tally_->acked();
    tally_->answered(event_, Clock::now() - asked_at_, refused);
  }

  std::weak_ptr<wire::sio::Socket> socket_;
  std::string_view event_; // a constant of the contract, or of the packet while it is handled
  wire::sio::Ack ack_;
  std::shared_ptr<const Owed> owed_;
  connections::Tally* tally_; // of the loop on which it is answered
  Clock::time_point asked_at_ = Clock::now();
};

} // namespace mentara::gateways
