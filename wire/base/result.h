#pragma once

#include <boost/system/result.hpp>

namespace wire {

// A value or the reason why there is none. E is a small enum of the layer (or mentara::Failure); nothing here throws:
// ask `if (result)`, then use `*result`, or `result.error()`.
template <class T, class E>
using Result = boost::system::result<T, E>;

} // namespace wire
