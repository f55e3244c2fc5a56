#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mentara/cluster/keeper_link.h"
#include "mentara/cluster/node_bus.h"
#include "mentara/cluster/node_news.h"
#include "mentara/connections/cluster_users.h"
#include "mentara/events/event_bus.h"
#include "mentara/requests/live_call_requests.h"
#include "mentara/services/call_service.h"
#include "mentara/services/conference_service.h"
#include "mentara/storage/calls.h"
#include "mentara/storage/store.h"
#include "wire/net/loop.h"

namespace mentara::gateways {

// Where what clients want of calls is brought: to the services here; with several nodes, to those of the one that keeps
// all calls, which this one becomes when the store says that nobody does. On the home loop.
class CallDesk final : private cluster::KeeperLink::Outbox {
 public:
  using CallActor = services::CallActor;
  struct Services {
    services::CallService& calls;
    services::ConferenceService& conferences;
    requests::LiveCallRequests& requests;
  };
  struct Site {
    storage::Store& store;
    cluster::NodeBus& nodes;
    cluster::NewsExchange& news;
    connections::ClusterUsers& users;
  };

  // `site`: none, this node is alone.
  CallDesk(events::EventBus& bus, wire::net::Loop& loop, Services services, std::optional<Site> site);
  CallDesk(const CallDesk&) = delete;
  CallDesk& operator=(const CallDesk&) = delete;

  bool is_shared() const { return site_.has_value(); } // any thread

  void connect(const CallActor& socket);
  void disconnect(const CallActor& socket);
  // `payload`: the request as JSON, when calls are shared.
  template <class Request>
  void ask(std::string_view event, void (requests::LiveCallRequests::*handler)(CallActor, Request, requests::Reply),
           CallActor actor, Request request, std::string payload, requests::Reply reply) {
    if (!link_ || link_->keeps(loop_.now())) {
      return (services_.requests.*handler)(std::move(actor), std::move(request), std::move(reply));
    }
    link_->ask(std::string(event), std::move(actor), std::move(payload), loop_.now(), std::move(reply));
  }

  void resign(); // this node stops: another one keeps the calls from here on
  bool keeps() const { return !link_ || link_->is_keeper(); }

 private:
  struct Kept { // what the store says to a node that keeps, or wants to
    std::optional<std::int64_t> since{};
    std::vector<storage::UnendedCall> calls{};
  };

  // What the link wishes.
  void publish(const std::string& node, std::string bytes) override;
  void look() override;
  void learned(ConferenceRoom room) override;
  void learned_all(std::vector<ConferenceRoom> rooms) override;
  std::vector<ConferenceRoom> rooms() override;
  void came(const CallActor& socket) override;
  void gone(const CallActor& socket) override;
  void lost(const CallActor& socket) override;
  void restore() override;
  void let_go() override;
  void ask(const std::string& event, CallActor actor, const std::string& payload, requests::Reply reply) override;

  void join();
  void on_time();
  void on_looked(const std::optional<storage::CallKeeper>& keeper);
  bool is_dead(const storage::CallKeeper& keeper);
  void tell_ends();
  void keep();
  void on_kept(Kept kept, bool is_first, wire::TimePoint asked_at);

  wire::net::Loop& loop_;
  const Services services_;
  const std::optional<Site> site_;
  std::optional<cluster::KeeperLink> link_;
  wire::net::Timer timer_;
  wire::TimePoint look_at_{};
  bool looking_ = false, look_again_ = false, keeping_ = false; // the store is asked
  bool resigned_ = false;
  int suspicions_ = 0; // how often in a row the keeper was not connected to the database
  std::optional<std::string> dead_{};
  std::string told_ends_to_{};
  std::optional<wire::TimePoint> heard_from_{}; // since when the other nodes are
};

} // namespace mentara::gateways
