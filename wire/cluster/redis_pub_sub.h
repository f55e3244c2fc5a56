#pragma once

#include <optional>

#include "wire/cluster/pub_sub.h"
#include "wire/redis/client.h"

namespace wire::cluster {

class RedisPubSub final : public PubSub {
 public:
  RedisPubSub(net::Loop& loop, redis::Address address, redis::Login login)
      : loop_(loop), address_(std::move(address)), login_(std::move(login)) {}

  void start(Handler handler) override;
  bool ready() const override { return client_ && client_->ready(); }
  bool publish(std::string_view channel, std::string_view bytes) override;
  void subscribe(std::string channel) override;
  void subscribe_beginning(std::string_view prefix) override;
  void count_subscribers(std::string_view channel, UniqueFunction<void(std::optional<std::size_t>)> done) override;

 private:
  net::Loop& loop_;
  const redis::Address address_;
  const redis::Login login_;
  Handler handler_;
  std::optional<redis::Client> client_; // once it was started
};

} // namespace wire::cluster
