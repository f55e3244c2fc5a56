#include "mentara/ops/traffic.h"

#include "mentara/contract/event_table.h"

namespace mentara::ops {
namespace {

double number(std::uint64_t count) { return static_cast<double>(count); }

} // namespace

Traffic::Traffic(wire::sio::Server& io, wire::http::Server& http) : io_(io), http_(http) {
  io_.engine().on_connection_error([this](const wire::eio::ConnectionError& error) {
    ++refused_[error.of_another_node ? "Session ID of another node" : to_string(error.code)];
  });
}

void Traffic::watch(wire::sio::Namespace& nsp, const std::vector<std::string_view>& events) {
  watched_.push_back(std::make_unique<Watched>(Watched{nsp, {}}));
  Watched& watched = *watched_.back();
  for (const std::string_view name : events) watched.events.emplace(name, 0);
  std::apply([&](const auto&... event) { (watched.events.emplace(event.name, 0), ...); }, contract::client_event::all);
  nsp.on_connection([&watched](wire::sio::Socket&) { ++watched.connected; });
  nsp.on_disconnect([&watched](wire::sio::Socket&, wire::sio::DisconnectReason reason) {
    ++watched.disconnected.at(static_cast<std::size_t>(reason));
  });
  nsp.on_any([&watched](wire::sio::Socket&, std::string_view event, const wire::sio::Args&) {
    const auto found = watched.events.find(event);
    ++(found == watched.events.end() ? watched.other_events : found->second);
  });
}

Figures Traffic::figures() const {
  Figures out;
  for (const auto& watched : watched_) {
    const std::string& nsp = watched->nsp.name();
    out.gauge("mentara_sockets", "Sockets that are connected, by namespace.", number(watched->nsp.socket_count()),
              {{"nsp", nsp}});
    out.gauge("mentara_rooms", "Rooms that have members, by namespace.", number(watched->nsp.adapter().room_count()),
              {{"nsp", nsp}});
    out.count("mentara_connects_total", "Sockets that were accepted.", number(watched->connected), {{"nsp", nsp}});
    for (std::size_t i = 0; i < reasons; ++i) {
      out.count("mentara_disconnects_total", "Sockets that ended, by reason.", number(watched->disconnected[i]),
                {{"nsp", nsp}, {"reason", std::string(to_string(static_cast<wire::sio::DisconnectReason>(i)))}});
    }
    for (const auto& [event, count] : watched->events) {
      out.count("mentara_events_in_total", "Events from clients, by name.", number(count),
                {{"nsp", nsp}, {"event", event}});
    }
    out.count("mentara_events_in_total", "Events from clients, by name.", number(watched->other_events),
              {{"nsp", nsp}, {"event", "(unknown)"}});
  }
  out.gauge("mentara_timers", "Timers that wait.", number(io_.loop().timers().armed_count()),
            {{"loop", std::to_string(io_.loop().index())}});
  out.gauge("mentara_sessions", "Engine.IO sessions, over any transport.", number(io_.engine().session_count()));
  for (const auto& [reason, count] : refused_) {
    out.count("mentara_handshakes_refused_total", "Requests for a session that were refused, by reason.", number(count),
              {{"reason", std::string(reason)}});
  }
  const wire::http::Counters& http = http_.counters();
  out.gauge("mentara_http_connections", "Connections that speak HTTP.", number(http_.connections()));
  out.count("mentara_accepted_total", "Connections that were accepted.", number(http.accepted));
  out.count("mentara_turned_away_total", "Connections above the limit, told 503.", number(http.turned_away));
  out.count("mentara_address_refused_total", "Connections of addresses that have as many as they may.",
            number(http.of_full_addresses));
  out.count("mentara_tls_failed_total", "Handshakes that failed, and connections that broke TLS.",
            number(http.tls_failed));
  for (const auto& [reason, count] : http.proxy_refused) {
    out.count("mentara_proxy_refused_total", "Connections without a PROXY header that holds, by reason.", number(count),
              {{"reason", std::string(reason)}});
  }
  out.count("mentara_http_requests_total", "HTTP requests.", number(http.requests));
  for (const auto& [status, count] : http.refused) {
    out.count("mentara_http_refused_total", "HTTP requests that no handler saw, by status.", number(count),
              {{"status", std::to_string(status)}});
  }
  return out;
}

} // namespace mentara::ops
