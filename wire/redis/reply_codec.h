#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "wire/base/limits.h"
#include "wire/base/result.h"
#include "wire/redis/reply.h"

namespace wire::redis {

// Replies out of bytes that come in any pieces. Behind it is hiredis's reader, the one place that knows it.
class ReplyParser {
 public:
  explicit ReplyParser(std::size_t reply_bytes_max = limits::redis_reply_bytes_max);
  ~ReplyParser();
  ReplyParser(const ReplyParser&) = delete;
  ReplyParser& operator=(const ReplyParser&) = delete;

  void feed(std::string_view bytes);
  // The next reply that is whole; none: more bytes are needed. After an error there is nothing more to read.
  Result<std::optional<Reply>, Error> next();

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

// A command as an array of strings, which may hold any bytes.
void append_command(std::string& out, std::span<const std::string_view> words);
inline void append_command(std::string& out, std::initializer_list<std::string_view> words) {
  append_command(out, std::span(words.begin(), words.size()));
}

} // namespace wire::redis
