#include "wire/sio/event_handler.h"

#include "wire/base/log.h"

namespace wire::sio::typed {

void report_mismatch() { log(LogLevel::debug, "an event's arguments are not what its handler takes"); }

} // namespace wire::sio::typed
