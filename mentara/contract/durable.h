#pragma once

#include <string>
#include <string_view>

// A durable event is stored as clients get it, but for the cursor at the end of its payload: that is known only when
// the event is told. So live delivery and replay say the same, byte for byte.
namespace mentara::contract {

void cut_cursor(std::string& payload); // the payload of a durable event with an empty cursor, its last member
void append_cursor(std::string& payload, std::string_view cursor);

template <class News> // with an empty cursor
std::string without_cursor(const News& news) {
  std::string payload;
  append_json(payload, news);
  cut_cursor(payload);
  return payload;
}

} // namespace mentara::contract
