#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/base/unique_function.h"
#include "wire/sio/handlers.h"
#include "wire/sio/namespace.h"

namespace wire::sio {

// Whether a namespace of this name may be made; `auth` is the JSON text that the client sent. A question about the
// client, not the name, belongs into a middleware.
using NamespaceMatcher = UniqueFunction<bool(std::string_view name, std::string_view auth)>;

// Answers a matcher that has to ask elsewhere. Call it once, now or later, on the loop; dropped without a call, the
// name does not match. What the client sent and its name are there until then.
class MatchReply {
 public:
  explicit MatchReply(UniqueFunction<void(bool matches)> done) : done_(std::move(done)) {}
  MatchReply(MatchReply&&) noexcept = default;
  MatchReply& operator=(MatchReply&&) = delete;
  ~MatchReply() { (*this)(false); }
  void operator()(bool matches) {
    if (auto done = std::exchange(done_, nullptr)) done(matches);
  }

 private:
  UniqueFunction<void(bool)> done_;
};
using AsyncNamespaceMatcher = UniqueFunction<void(std::string_view name, std::string_view auth, MatchReply reply)>;

// A namespace whose name a client chooses: each name that matches becomes a namespace of its own when the first client
// asks for it. The children have the parent's middlewares and handlers and may get their own.
class ParentNamespace final : public Handlers {
 public:
  explicit ParentNamespace(AsyncNamespaceMatcher matcher) : matcher_(std::move(matcher)) {}
  void ask(std::string_view name, std::string_view auth, MatchReply reply) { matcher_(name, auth, std::move(reply)); }

  // The children that this loop's clients have asked for; what is sent there reaches the members on all loops.
  template <class F> // f(Namespace&)
  void for_each_child(F&& f) {
    std::erase_if(children_, [](const std::weak_ptr<Namespace>& child) { return child.expired(); });
    const auto children = children_; // one may be made meanwhile
    for (const auto& weak : children) {
      if (const auto child = weak.lock()) f(*child);
    }
  }
  template <class... T>
  void emit(std::string_view event, const T&... arguments) {
    const Payload payload = Payload::of(arguments...);
    for_each_child([&](Namespace& child) { child.broadcast().emit_payload(event, payload); });
  }

 private:
  friend class Server;
  void add(const std::shared_ptr<Namespace>& child) { children_.push_back(child); }

  std::vector<std::weak_ptr<Namespace>> children_;
  AsyncNamespaceMatcher matcher_;
};

} // namespace wire::sio
