#include "mentara/gateways/token_watch.h"

#include "mentara/contract/event_table.h"
#include "mentara/gateways/feed.h"

namespace mentara::gateways {

namespace news = contract::server_event;

void TokenWatch::begin(UnixTime expires_at, UnixTime wall_now) {
  expires_at_ = expires_at;
  life_.begin(expires_at, wall_now, socket_.loop().now());
  arm();
}

void TokenWatch::arm() {
  if (const auto wake = life_.wake_at()) socket_.loop().timers().arm(*this, *wake);
}

void TokenWatch::on_timer(wire::TimePoint now) {
  switch (life_.on_tick(now)) {
    case auth::TokenLife::Step::wait:
      return arm();
    case auth::TokenLife::Step::expiring:
      Feed::say(socket_, news::auth_expiring.name, contract::TokenEnd{expires_at_});
      return arm();
    case auth::TokenLife::Step::expired:
      const auto keep = socket_.shared_from_this(); // its state, and this with it, ends in the call
      Feed::say(socket_, news::auth_expired.name, contract::TokenEnd{expires_at_});
      return socket_.disconnect();
  }
}

} // namespace mentara::gateways
