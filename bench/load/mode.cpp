#include "bench/load/mode.h"

#include "bench/load/connect_mode.h"
#include "bench/load/fanout_mode.h"
#include "bench/load/idle_mode.h"
#include "bench/load/request_mode.h"

namespace load {

std::unique_ptr<Mode> make_mode(const Options& options) {
  switch (options.kind) {
    case Kind::echo:
    case Kind::emit:
      return std::make_unique<RequestMode>(options);
    case Kind::fanout:
      return std::make_unique<FanoutMode>(options);
    case Kind::connect:
      return std::make_unique<ConnectMode>(options);
    case Kind::idle:
      return std::make_unique<IdleMode>(options);
  }
  return nullptr;
}

} // namespace load
