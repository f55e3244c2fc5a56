#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "wire/base/read_json.h"
#include "wire/base/unique_function.h"
#include "wire/sio/ack.h"
#include "wire/sio/payload.h"

namespace wire::sio {

class Socket;

namespace typed {

// The parameters of a lambda or a function.
template <class F>
struct ParametersOf : ParametersOf<decltype(&F::operator())> {};
template <class R, class... P>
struct ParametersOf<R (*)(P...)> {
  using Type = std::tuple<std::type_identity<P>...>;
};
template <class F, class R, class... P>
struct ParametersOf<R (F::*)(P...)> : ParametersOf<R (*)(P...)> {};
template <class F, class R, class... P>
struct ParametersOf<R (F::*)(P...) const> : ParametersOf<R (*)(P...)> {};

// What one parameter gets. By default an argument of the event, read as its type.
template <class P>
struct Parameter {
  static_assert(!std::is_lvalue_reference_v<P> || std::is_const_v<std::remove_reference_t<P>>,
                "a handler takes its arguments by value or const&");
  static constexpr std::size_t arguments = 1;
  std::remove_cvref_t<P> value{};

  bool read(Socket&, const Args& args, Ack&, std::size_t index) { return read_json(args[index], value); }
  std::remove_cvref_t<P>&& pass() { return std::move(value); }
};
template <>
struct Parameter<Binary> {
  static constexpr std::size_t arguments = 1;
  Binary value{};

  bool read(Socket&, const Args& args, Ack&, std::size_t index) {
    const auto bytes = args.binary(args[index]);
    if (bytes) value.bytes = *bytes;
    return bytes.has_value();
  }
  Binary pass() { return value; }
};
template <>
struct Parameter<Socket&> {
  static constexpr std::size_t arguments = 0;
  Socket* value = nullptr;

  bool read(Socket& socket, const Args&, Ack&, std::size_t) {
    value = &socket;
    return true;
  }
  Socket& pass() { return *value; }
};
template <>
struct Parameter<const Args&> {
  static constexpr std::size_t arguments = 0;
  const Args* value = nullptr;

  bool read(Socket&, const Args& args, Ack&, std::size_t) {
    value = &args;
    return true;
  }
  const Args& pass() { return *value; }
};
template <>
struct Parameter<Ack> {
  static constexpr std::size_t arguments = 0;
  Ack value;

  bool read(Socket&, const Args&, Ack& ack, std::size_t) {
    value = std::move(ack);
    return true;
  }
  Ack&& pass() { return std::move(value); }
};

// False: an argument is missing, or is something else; `f` was not called then.
template <class F, class... P>
bool call(F& f, std::tuple<std::type_identity<P>...>, Socket& socket, const Args& args, Ack& ack) {
  std::tuple<Parameter<P>...> parameters;
  return std::apply(
      [&](auto&... parameter) {
        std::size_t index = 0;
        [[maybe_unused]] const auto read = [&](auto& one) {
          const std::size_t own = index;
          index += one.arguments;
          return one.read(socket, args, ack, own);
        };
        if (!(read(parameter) && ...)) return false;
        f(parameter.pass()...);
        return true;
      },
      parameters);
}

void report_mismatch(); // to the log, at debug: clients choose what they send

} // namespace typed

// What an event calls: anything that takes `(Socket&, const Args&, Ack)`, or only some of these, with the event's
// arguments in their place as types that read_json knows, in the order in which they were sent:
//
//   [](Socket& socket, std::string_view room, std::optional<int> limit, Ack ack) { … }
//   [](Binary picture) { … }
//
// A typed handler is not called when an argument is missing or is something else (std::optional may be missing, more
// arguments than parameters are ignored); whoever waits for the answer of such an event gets none. Views and Args are
// gone when the handler returns.
class EventHandler {
 public:
  EventHandler() = default;
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, EventHandler>) EventHandler(F&& f) {
    if constexpr (std::is_invocable_v<std::decay_t<F>&, Socket&, const Args&, Ack>) {
      call_ = std::forward<F>(f);
    } else {
      call_ = [f = std::forward<F>(f)](Socket& socket, const Args& args, Ack ack) mutable {
        using Parameters = typename typed::ParametersOf<std::decay_t<F>>::Type;
        if (!typed::call(f, Parameters(), socket, args, ack)) typed::report_mismatch();
      };
    }
  }

  void operator()(Socket& socket, const Args& args, Ack ack) { call_(socket, args, std::move(ack)); }

 private:
  UniqueFunction<void(Socket&, const Args&, Ack)> call_;
};

} // namespace wire::sio
