#include "wire/redis/reply_codec.h"

#include <hiredis/hiredis.h>

#include "wire/base/check.h"

namespace wire::redis {
namespace {

Reply to_reply(const redisReply& from) {
  Reply reply;
  switch (from.type) {
    case REDIS_REPLY_STRING:
      reply.type = ReplyType::string;
      break;
    case REDIS_REPLY_STATUS:
      reply.type = ReplyType::status;
      break;
    case REDIS_REPLY_ERROR:
      reply.type = ReplyType::error;
      break;
    case REDIS_REPLY_INTEGER:
      reply.type = ReplyType::integer;
      reply.integer = from.integer;
      return reply;
    case REDIS_REPLY_ARRAY:
      reply.type = ReplyType::array;
      reply.elements.reserve(from.elements);
      for (std::size_t i = 0; i < from.elements; ++i) reply.elements.push_back(to_reply(*from.element[i]));
      return reply;
    default:
      return reply;
  }
  reply.text.assign(from.str, from.len);
  return reply;
}

} // namespace

const char* describe(Error error) {
  switch (error) {
    case Error::protocol:
      return "what came is not Redis's protocol";
    case Error::too_many_bytes:
      return "a reply is too long";
  }
  return "unknown";
}

struct ReplyParser::Impl {
  redisReader* reader = redisReaderCreate();
  std::size_t bytes_max = 0;
  std::size_t bytes = 0; // since the last reply that was whole
};

ReplyParser::ReplyParser(std::size_t reply_bytes_max) : impl_(std::make_unique<Impl>()) {
  check(impl_->reader != nullptr, "no memory for a reader of replies");
  impl_->bytes_max = reply_bytes_max;
}

ReplyParser::~ReplyParser() { redisReaderFree(impl_->reader); }

void ReplyParser::feed(std::string_view bytes) {
  impl_->bytes += bytes.size();
  redisReaderFeed(impl_->reader, bytes.data(), bytes.size()); // its errors are those of the next read
}

Result<std::optional<Reply>, Error> ReplyParser::next() {
  void* found = nullptr;
  if (redisReaderGetReply(impl_->reader, &found) != REDIS_OK) return Error::protocol;
  if (!found) {
    if (impl_->bytes > impl_->bytes_max) return Error::too_many_bytes;
    return std::optional<Reply>();
  }
  impl_->bytes = 0;
  auto* const reply = static_cast<redisReply*>(found);
  std::optional<Reply> result = to_reply(*reply);
  freeReplyObject(reply);
  return result;
}

void append_command(std::string& out, std::span<const std::string_view> words) {
  out += '*';
  out += std::to_string(words.size());
  out += "\r\n";
  for (const std::string_view word : words) {
    out += '$';
    out += std::to_string(word.size());
    out += "\r\n";
    out += word;
    out += "\r\n";
  }
}

} // namespace wire::redis
