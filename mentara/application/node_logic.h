#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "mentara/auth/authenticator.h"
#include "mentara/auth/failure_budget.h"
#include "mentara/auth/rate_limiter.h"
#include "mentara/auth/revocations.h"
#include "mentara/cluster/node_bus.h"
#include "mentara/cluster/node_news.h"
#include "mentara/config/config.h"
#include "mentara/connections/cluster_users.h"
#include "mentara/connections/connection_manager.h"
#include "mentara/connections/home.h"
#include "mentara/connections/presence_service.h"
#include "mentara/connections/user_endings.h"
#include "mentara/connections/viewer_service.h"
#include "mentara/events/event_bus.h"
#include "mentara/gateways/call_desk.h"
#include "mentara/gateways/cluster_sockets.h"
#include "mentara/gateways/departure.h"
#include "mentara/gateways/disconnector.h"
#include "mentara/gateways/event_limits.h"
#include "mentara/gateways/messaging_gateway.h"
#include "mentara/gateways/notification_gateway.h"
#include "mentara/gateways/unread_news.h"
#include "mentara/gateways/video_call_gateway.h"
#include "mentara/gateways/video_call_news.h"
#include "mentara/gateways/websocket_event_service.h"
#include "mentara/push/push_service.h"
#include "mentara/services/block_service.h"
#include "mentara/services/call_service.h"
#include "mentara/services/conference_service.h"
#include "mentara/services/conversation_service.h"
#include "mentara/services/engagements.h"
#include "mentara/services/ice_service.h"
#include "mentara/services/message_change_service.h"
#include "mentara/services/message_notifier.h"
#include "mentara/services/message_service.h"
#include "mentara/services/notification_service.h"
#include "mentara/services/participant_service.h"
#include "mentara/services/personal_data_service.h"
#include "mentara/services/revocation_service.h"
#include "mentara/services/search_service.h"
#include "mentara/services/sync_service.h"
#include "mentara/services/unread_service.h"
#include "mentara/storage/store.h"
#include "wire/sio/server.h"

namespace mentara {

auth::Rate rate(std::int64_t per_second, std::int64_t burst);

// What a node of the site decides, without what it runs on: services, the event bus and the gateways, built in order on
// loops, a store and a bus that are given. So one thread can run several of them over simulated ones
// (tests/simulation), by the code that serves clients.
struct NodeLogic {
  using OpenStore = std::function<std::unique_ptr<storage::Store>(
      Post post, std::function<void(storage::Position)> on_growth)>; // throws storage::OpenError

  struct Outside {
    const WallClock& clock;                  // any thread
    std::vector<wire::sio::Server*> servers; // one for each loop; the first one's is the home loop
    cluster::NodeBus* nodes = nullptr;       // none: this node is alone
    bool shared_database = false;            // other nodes may write to it too
    OpenStore open_store;
    std::unique_ptr<push::Outlet> push_outlet = {}; // none: nothing is pushed
  };

  // Before the loops run. What is outside outlives it.
  NodeLogic(const Config& config, Outside outside);
  NodeLogic(const NodeLogic&) = delete;
  NodeLogic& operator=(const NodeLogic&) = delete;

  requests::MessagingRequests::Services messaging_services();
  requests::NotificationRequests::Services notification_services();

  // In the order of building; destroyed backwards.
  const WallClock& clock;
  cluster::NodeBus* const nodes; // none: this node is alone
  auth::Revocations revoked_tokens;
  auth::Authenticator authenticator;
  const std::vector<NotificationRule> notification_rules;
  std::optional<cluster::NewsExchange> node_news; // none: this node is alone
  std::optional<connections::Home> home;
  std::optional<events::EventBus> bus;
  std::optional<connections::ConnectionManager> connections;
  std::unique_ptr<storage::Store> store;
  gateways::Disconnector disconnector;
  std::optional<gateways::ClusterSockets> live_sockets;
  std::optional<connections::ClusterUsers> users;
  std::optional<connections::UserEndings> user_endings;
  std::optional<gateways::EventLimits> event_limits;
  std::optional<auth::FailureBudget> failures; // of addresses
  std::optional<services::RevocationService> revocations;
  std::optional<wire::net::Timer> revocations_timer;
  std::optional<wire::net::Timer> others_timer;
  std::optional<services::MessageService> messages;
  std::optional<services::MessageChangeService> message_changes;
  std::optional<services::ConversationService> conversations;
  std::optional<services::ParticipantService> participants;
  std::optional<services::BlockService> blocks;
  std::optional<services::PersonalDataService> personal_data;
  std::optional<wire::net::Timer> erasures_timer;
  std::optional<services::SearchService> search;
  std::optional<services::UnreadService> unread;
  std::optional<connections::PresenceService> presence;
  std::optional<connections::ViewerService> viewers;
  std::optional<wire::net::Timer> notifier_timer;
  std::optional<services::MessageNotifier> notifier;
  std::optional<wire::net::Timer> notifications_timer;
  std::optional<services::NotificationService> notifications;
  std::optional<wire::net::Timer> push_timer;
  std::optional<push::PushService> push; // none: it is not configured
  std::unique_ptr<push::Outlet> push_outlet;
  std::optional<wire::net::Timer> search_timer;
  std::optional<wire::net::Timer> proofs_timer;
  std::optional<services::SyncService> sync;
  std::optional<wire::net::Timer> calls_timer;
  std::optional<wire::net::Timer> abandoned_timer; // none: calls are shared
  std::optional<gateways::VideoCallNews> call_news;
  std::optional<services::Engagements> engagements;
  std::optional<services::CallService> calls;
  std::optional<services::ConferenceService> conferences;
  std::optional<services::IceService> ice;
  std::optional<requests::LiveCallRequests> live_call_requests;
  std::optional<gateways::CallDesk> call_desk;
  std::vector<std::unique_ptr<gateways::VideoCallGateway>> video_calls; // one for each loop
  std::vector<std::unique_ptr<gateways::MessagingGateway>> messaging;   // one for each loop
  std::vector<std::unique_ptr<gateways::NotificationGateway>> notification_gateways;
  std::optional<gateways::WebSocketEventService> websocket_events;
  std::vector<std::unique_ptr<gateways::Departure>> departures; // one for each loop
  std::optional<gateways::UnreadNews> unread_news;

 private:
  void join_nodes(wire::net::Loop& home_loop);
};

} // namespace mentara
