#pragma once

#include <exception>
#include <string_view>

#include "wire/base/log.h"

namespace wire::sio {

// Calls a handler of the application. What it throws is the failure of this one call, not of the server (threats F20).
template <class F>
void guarded(std::string_view handler, F&& call) {
  try {
    call();
  } catch (const std::exception& error) {
    log(LogLevel::error, "a handler threw", {{"handler", handler}, {"what", error.what()}});
  } catch (...) {
    log(LogLevel::error, "a handler threw", {{"handler", handler}});
  }
}

} // namespace wire::sio
