#include "wire/sio/server.h"

namespace wire::sio {

Server::Server(net::Loop& loop, ServerOptions options, Cluster* cluster)
    : loop_(loop),
      options_(std::move(options)),
      cluster_(cluster),
      client_bundle_(client_bundle(options_.path, options_.cors)),
      scratch_{
          JsonParser({limits::json_depth_max, limits::json_values_max, limits::json_number_chars_max}), {}, {}, {}},
      engine_(loop, options_) {
  if (options_.main_namespace) of("/");
  engine_.on_connection([this](eio::Session& session, const eio::HandshakeRequest& request) {
    auto client = std::make_unique<Client>(*this, session, request);
    const Client* key = client.get();
    clients_.emplace(key, std::move(client));
  });
}

Server::~Server() = default;

Namespace& Server::of(std::string_view name) {
  const std::string full = name.starts_with('/') ? std::string(name) : "/" + std::string(name);
  auto& nsp = namespaces_[full];
  if (!nsp) nsp = std::make_unique<Namespace>(*this, full, cluster_);
  return *nsp;
}

Namespace* Server::find(std::string_view name) {
  const auto found = namespaces_.find(name);
  return found == namespaces_.end() ? nullptr : found->second.get();
}

void Server::on_client_closed(Client& client) {
  // Its session is still in the call that ended it.
  loop_.post([this, key = &client] { clients_.erase(key); });
}

} // namespace wire::sio
