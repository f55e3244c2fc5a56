#pragma once

#include <string>
#include <string_view>

namespace mentara::schema {

// What an event is for, in one sentence. Empty: nobody wrote it yet (a test finds those). `nsp` is empty for the
// server's events that every namespace has.
std::string client_event_summary(std::string_view nsp, std::string_view event);
std::string server_event_summary(std::string_view nsp, std::string_view event);

} // namespace mentara::schema
