#include "wire/redis/reply_codec.h"

#include <hiredis/hiredis.h>

#include <utility>

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

// Of one reply, nested ones included; what we ask for has less. hiredis makes room for an array as soon as it is
// announced, and a line of a few bytes announces gigabytes.
constexpr int reply_elements_max = 1024;

struct Budget {
  redisReplyObjectFunctions functions; // hiredis's own, but for the one below
  void* (*create_array)(const redisReadTask*, int);
  int elements = 0;
};

void* create_array(const redisReadTask* task, int elements) {
  auto* const budget = static_cast<Budget*>(task->privdata);
  if (elements > reply_elements_max - budget->elements) return nullptr; // an error of the reader
  budget->elements += elements;
  return budget->create_array(task, elements);
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
  Budget budget{};
  std::size_t bytes_max = 0;
  std::size_t bytes = 0; // since the last reply that was whole
};

ReplyParser::ReplyParser(std::size_t reply_bytes_max) : impl_(std::make_unique<Impl>()) {
  check(impl_->reader != nullptr, "no memory for a reader of replies");
  impl_->bytes_max = reply_bytes_max;
  Budget& budget = impl_->budget;
  budget.functions = *impl_->reader->fn;
  budget.create_array = std::exchange(budget.functions.createArray, &create_array);
  impl_->reader->fn = &budget.functions;
  impl_->reader->privdata = &budget;
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
  impl_->budget.elements = 0;
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
