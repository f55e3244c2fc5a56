#pragma once

#include <string_view>

#include "wire/base/unique_function.h"
#include "wire/sio/handlers.h"

namespace wire::sio {

// Whether a namespace of this name may be made; `auth` is the JSON text that the client sent. A question about the
// client, not the name, belongs into a middleware.
using NamespaceMatcher = UniqueFunction<bool(std::string_view name, std::string_view auth)>;

// A namespace whose name a client chooses: each name that matches becomes a namespace of its own when the first client
// asks for it. The children have the parent's middlewares and handlers and may get their own.
class ParentNamespace final : public Handlers {
 public:
  explicit ParentNamespace(NamespaceMatcher matcher) : matcher_(std::move(matcher)) {}
  bool matches(std::string_view name, std::string_view auth) { return matcher_(name, auth); }

 private:
  NamespaceMatcher matcher_;
};

} // namespace wire::sio
