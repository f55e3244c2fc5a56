#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include "wire/base/check.h"

namespace wire {

template <class Signature>
class UniqueFunction;

// A callable that is moved and never copied, so that it may own what it captures (std::move_only_function comes with
// C++23). Small callables live inside it, larger ones on the heap. Calling an empty one is a bug and stops the program.
template <class R, class... Args>
class UniqueFunction<R(Args...)> {
 public:
  UniqueFunction() noexcept = default;
  UniqueFunction(std::nullptr_t) noexcept {}

  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, UniqueFunction> &&
           std::is_invocable_r_v<R, std::decay_t<F>&, Args...>) UniqueFunction(F&& callable) {
    using Callable = std::decay_t<F>;
    if constexpr (fits<Callable>) {
      ::new (static_cast<void*>(storage_)) Callable(std::forward<F>(callable));
      operations_ = &inline_operations<Callable>;
    } else {
      ::new (static_cast<void*>(storage_)) Callable*(new Callable(std::forward<F>(callable)));
      operations_ = &heap_operations<Callable>;
    }
  }

  UniqueFunction(UniqueFunction&& other) noexcept { take(other); }
  UniqueFunction& operator=(UniqueFunction&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  UniqueFunction(const UniqueFunction&) = delete;
  UniqueFunction& operator=(const UniqueFunction&) = delete;
  ~UniqueFunction() { reset(); }

  explicit operator bool() const noexcept { return operations_ != nullptr; }

  R operator()(Args... args) {
    check(operations_ != nullptr, "an empty UniqueFunction was called");
    return operations_->call(storage_, std::forward<Args>(args)...);
  }

 private:
  struct Operations {
    R (*call)(void*, Args&&...);
    void (*relocate)(void* from, void* to) noexcept;
    void (*destroy)(void*) noexcept;
  };

  static constexpr std::size_t inline_bytes = 5 * sizeof(void*);

  template <class F>
  static constexpr bool fits = sizeof(F) <= inline_bytes &&
                               alignof(F) <= alignof(void*) && std::is_nothrow_move_constructible_v<F>;

  template <class F>
  static R invoke(F& callable, Args&&... args) {
    if constexpr (std::is_void_v<R>) {
      callable(std::forward<Args>(args)...); // its result, if any, is of no interest
    } else {
      return callable(std::forward<Args>(args)...);
    }
  }

  template <class F>
  static constexpr Operations inline_operations = {
      [](void* at, Args&&... args) -> R { return invoke(*static_cast<F*>(at), std::forward<Args>(args)...); },
      [](void* from, void* to) noexcept {
        ::new (to) F(std::move(*static_cast<F*>(from)));
        static_cast<F*>(from)->~F();
      },
      [](void* at) noexcept { static_cast<F*>(at)->~F(); },
  };

  template <class F>
  static constexpr Operations heap_operations = {
      [](void* at, Args&&... args) -> R { return invoke(**static_cast<F**>(at), std::forward<Args>(args)...); },
      [](void* from, void* to) noexcept { ::new (to) F*(*static_cast<F**>(from)); },
      [](void* at) noexcept { delete *static_cast<F**>(at); },
  };

  void take(UniqueFunction& other) noexcept {
    operations_ = std::exchange(other.operations_, nullptr);
    if (operations_) operations_->relocate(other.storage_, storage_);
  }
  void reset() noexcept {
    if (operations_) std::exchange(operations_, nullptr)->destroy(storage_);
  }

  const Operations* operations_ = nullptr;
  alignas(void*) unsigned char storage_[inline_bytes]{};
};

} // namespace wire
