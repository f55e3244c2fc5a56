#include "mentara/ops/traffic.h"

#include <algorithm>
#include <utility>

#include "mentara/contract/event_table.h"
#include "mentara/domain/failure.h"

namespace mentara::ops {
namespace {

double number(std::uint64_t count) { return static_cast<double>(count); }

} // namespace

Traffic::Traffic(wire::sio::Server& io, wire::http::Server& http) : io_(io), http_(http) {
  io_.engine().on_connection_error([this](const wire::eio::ConnectionError& error) {
    ++refused_[error.of_another_node ? "Session ID of another node" : to_string(error.code)];
  });
}

void Traffic::watch(wire::sio::Namespace& nsp, const std::vector<std::string_view>& in,
                    const std::vector<std::string_view>& out, const connections::Tally& tally) {
  watched_.push_back(std::make_unique<Watched>(Watched{nsp, tally}));
  Watched& watched = *watched_.back();
  for (const std::string_view name : in) watched.in.expected.emplace(name, 0);
  for (const std::string_view name : names_of(contract::client_event::all)) watched.in.expected.emplace(name, 0);
  for (const std::string_view name : out) watched.out.expected.emplace(name, 0);
  for (const std::string_view name : names_of(contract::server_event::all)) watched.out.expected.emplace(name, 0);
  nsp.on_connection([&watched](wire::sio::Socket&) { ++watched.connected; });
  nsp.on_disconnect([&watched](wire::sio::Socket&, wire::sio::DisconnectReason reason) {
    ++watched.disconnected.at(static_cast<std::size_t>(reason));
  });
  nsp.on_any(
      [&watched](wire::sio::Socket&, std::string_view event, const wire::sio::Args&) { watched.in.count(event, 1); });
  nsp.adapter().on_sent([&watched](std::string_view event, std::size_t sockets) { watched.out.count(event, sockets); });
}

namespace {

void add_failures(Figures& figures, const connections::Tally::ByCode& counts, std::string_view name,
                  std::string_view help, const Labels& whose) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    Labels labels = whose;
    labels.emplace_back("code", to_string(static_cast<Code>(i)));
    figures.count(name, help, number(counts[i]), std::move(labels));
  }
}

void add_times(Figures& figures, const connections::Tally::Times& times, std::string_view name, std::string_view help,
               Labels labels) {
  std::vector<double> counts(times.counts.begin(), times.counts.end());
  if (std::all_of(counts.begin(), counts.end(), [](double count) { return count == 0; })) return;
  figures.histogram(name, help, times.seconds, {connections::Tally::bounds, std::move(counts)}, std::move(labels));
}

void add_tally(Figures& figures, const connections::Tally& tally, const std::string& nsp) {
  const auto add_event = [&](std::string event, const connections::Tally::Times& times) {
    add_times(figures, times, "mentara_event_duration_seconds", "From an event of a client to its answer.",
              {{"nsp", nsp}, {"event", std::move(event)}});
  };
  for (const auto& [event, times] : tally.times()) add_event(event, times);
  add_event("(unknown)", tally.others());
  figures.count("mentara_acks_total", "Answers that clients asked for.", number(tally.acks()), {{"nsp", nsp}});
  figures.count("mentara_events_done_total", "Events of clients that were answered with success.",
                number(tally.successes()), {{"nsp", nsp}});
  add_failures(figures, tally.failures(), "mentara_events_failed_total", "Events of clients that failed, by code.",
               {{"nsp", nsp}});
  add_failures(figures, tally.refused_connects(), "mentara_connects_refused_total",
               "Sockets that were not accepted, by code.", {{"nsp", nsp}});
  figures.count("mentara_expelled_total", "Sockets that were cut because they went on with more than they may.",
                number(tally.cuts()), {{"nsp", nsp}});
}

} // namespace

void Traffic::add(Figures& figures, const Watched& watched) {
  const std::string& nsp = watched.nsp.name();
  figures.gauge("mentara_sockets", "Sockets that are connected, by namespace.", number(watched.nsp.socket_count()),
                {{"nsp", nsp}});
  std::size_t polling = 0;
  watched.nsp.adapter().for_each_connected(
      [&](wire::sio::Socket& socket) { polling += socket.transport() == wire::eio::TransportName::polling; });
  const std::size_t websocket = watched.nsp.socket_count() - std::min(polling, watched.nsp.socket_count());
  for (const auto& [transport, count] : {std::pair{"polling", polling}, {"websocket", websocket}}) {
    figures.gauge("mentara_sockets_by_transport", "The same, by namespace and transport.", number(count),
                  {{"nsp", nsp}, {"transport", transport}});
  }
  figures.gauge("mentara_rooms", "Rooms that have members, by namespace.", number(watched.nsp.adapter().room_count()),
                {{"nsp", nsp}});
  figures.count("mentara_connects_total", "Sockets that were accepted.", number(watched.connected), {{"nsp", nsp}});
  for (std::size_t i = 0; i < reasons; ++i) {
    figures.count("mentara_disconnects_total", "Sockets that ended, by reason.", number(watched.disconnected[i]),
                  {{"nsp", nsp}, {"reason", std::string(to_string(static_cast<wire::sio::DisconnectReason>(i)))}});
  }
  const auto add_events = [&](std::string_view name, std::string_view help, const EventCounts& counts) {
    for (const auto& [event, count] : counts.expected) {
      figures.count(name, help, number(count), {{"nsp", nsp}, {"event", event}});
    }
    figures.count(name, help, number(counts.others), {{"nsp", nsp}, {"event", "(unknown)"}});
  };
  add_events("mentara_events_in_total", "Events from clients, by name.", watched.in);
  add_events("mentara_events_out_total", "Events to clients, by name, each for each socket.", watched.out);
  const wire::sio::Adapter::Losses& losses = watched.nsp.adapter().losses();
  figures.count("mentara_events_dropped_total", "Events that could be left out and were, because a socket was slow.",
                number(losses.dropped), {{"nsp", nsp}});
  figures.count("mentara_slow_sockets_total", "Sockets that were ended because nothing more would fit.",
                number(losses.too_slow), {{"nsp", nsp}});
  add_tally(figures, watched.tally, nsp);
}

Figures Traffic::figures() const {
  Figures out;
  for (const auto& watched : watched_) add(out, *watched);
  if (rest_) {
    for (const auto& [route, times] : rest_->times()) {
      add_times(out, times, "mentara_rest_duration_seconds", "From a REST request to its answer, by route.",
                {{"route", route}});
    }
    add_failures(out, rest_->failures(), "mentara_rest_failed_total", "REST requests that failed, by code.", {});
  }
  out.gauge("mentara_unsent_bytes", "What waits to be written to connections; what is shared counts for each.",
            number(io_.loop().unsent_bytes()), {{"loop", std::to_string(io_.loop().index())}});
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
