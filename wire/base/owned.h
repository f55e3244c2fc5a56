#pragma once

#include <memory>

namespace wire {

// What a C library made and frees by a function of its own: Owned<BIGNUM, &BN_free>.
template <auto free>
struct FreeBy {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
template <class T, auto free>
using Owned = std::unique_ptr<T, FreeBy<free>>;

} // namespace wire
