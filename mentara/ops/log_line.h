#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "wire/base/log.h"

// The part of a log line that comes after its time and level. Whatever a client put into a value, it stays one line, of
// bounded length and valid UTF-8, and cannot be taken for another field or steer a terminal (threats S2).
namespace mentara::ops {

// message key=value key="value with \"other\" characters"
std::string to_text_line(std::string_view message, std::initializer_list<wire::LogField> fields);

// "message":"…","key":"value","number":7} … to follow on the members for time and level
std::string to_json_members(std::string_view message, std::initializer_list<wire::LogField> fields);

} // namespace mentara::ops
