#include "wire/cluster/redis_pub_sub.h"

#include <memory>
#include <utility>

#include "wire/base/check.h"

namespace wire::cluster {

void RedisPubSub::start(Handler handler) {
  check(!client_, "a connection to Redis is started once");
  handler_ = std::move(handler);
  client_.emplace(loop_, address_, login_,
                  redis::Client::Handler{[this] { handler_.on_ready(); }, [this] { handler_.on_lost(); },
                                         [this](std::string_view channel, std::string_view bytes) {
                                           handler_.on_message(channel, bytes);
                                         }});
  client_->start();
}

bool RedisPubSub::publish(std::string_view channel, std::string_view bytes) {
  return client_->command({"PUBLISH", channel, bytes});
}

void RedisPubSub::subscribe(std::string channel) { client_->subscribe(std::move(channel)); }

void RedisPubSub::subscribe_beginning(std::string_view prefix) {
  client_->subscribe_pattern(redis::escape_glob(prefix) + "*");
}

void RedisPubSub::count_subscribers(std::string_view channel, UniqueFunction<void(std::optional<std::size_t>)> done) {
  // Shared, because a command that is refused does not give its callback back.
  const auto shared = std::make_shared<UniqueFunction<void(std::optional<std::size_t>)>>(std::move(done));
  const bool asked = client_->command({"PUBSUB", "NUMSUB", channel}, [shared](const redis::Reply* reply) {
    const bool counted = reply && reply->elements.size() == 2 && reply->elements[1].integer >= 0;
    (*shared)(counted ? std::optional(static_cast<std::size_t>(reply->elements[1].integer)) : std::nullopt);
  });
  if (!asked) (*shared)(std::nullopt);
}

} // namespace wire::cluster
