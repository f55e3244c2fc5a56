#include "wire/sio/server.h"

#include <utility>

namespace wire::sio {

Server::Server(net::Loop& loop, ServerOptions options, Cluster* cluster)
    : loop_(loop),
      options_(std::move(options)),
      cluster_(cluster),
      recovery_store_(options_.recovery_store ? options_.recovery_store : std::make_shared<RecoveryStore>()),
      client_bundle_(client_bundle(options_.path, options_.cors)),
      scratch_{JsonParser(options_.json), {}, {}, {}},
      engine_(loop, options_) {
  if (options_.main_namespace) of("/");
  engine_.on_connection([this](eio::Session& session, const eio::HandshakeRequest& request) {
    auto client = std::make_unique<Client>(*this, session, request);
    const Client* key = client.get();
    clients_.emplace(key, std::move(client));
  });
}

Server::~Server() = default;

std::shared_ptr<RecoveryLog> Server::recovery_log(const std::string& nsp) const {
  const auto& recovery = options_.connection_state_recovery;
  return recovery ? recovery_store_->log(nsp, *recovery, options_.parser) : nullptr;
}

Namespace& Server::of(std::string_view name) {
  const std::string full = name.starts_with('/') ? std::string(name) : "/" + std::string(name);
  if (Namespace* there = find(full)) return *there;
  for (const Parent& parent : parents_) {
    if (parent.pattern && std::regex_search(full, *parent.pattern)) return *make(full, parent.nsp);
  }
  return *make(full, nullptr);
}

ParentNamespace& Server::of_matching(AsyncNamespaceMatcher matcher) {
  parents_.push_back({std::make_shared<ParentNamespace>(std::move(matcher)), std::nullopt});
  return *parents_.back().nsp;
}

ParentNamespace& Server::of_matching(NamespaceMatcher matcher) {
  return of_matching([matcher = std::move(matcher)](std::string_view name, std::string_view auth,
                                                    MatchReply reply) mutable { reply(matcher(name, auth)); });
}

ParentNamespace& Server::of_matching(const char* pattern) {
  const std::regex expression(pattern);
  ParentNamespace& parent = of_matching([expression](std::string_view name, std::string_view) {
    return std::regex_search(name.begin(), name.end(), expression);
  });
  parents_.back().pattern = expression;
  return parent;
}

std::shared_ptr<Namespace> Server::make(std::string name, std::shared_ptr<ParentNamespace> parent) {
  auto nsp = std::make_shared<Namespace>(*this, name, cluster_, parent);
  if (parent) {
    ++dynamic_namespaces_;
    parent->add(nsp);
  }
  namespaces_.emplace(std::move(name), nsp);
  return nsp;
}

Namespace* Server::find(std::string_view name) {
  const auto found = namespaces_.find(name);
  return found == namespaces_.end() ? nullptr : found->second.get();
}

// What std::regex needs grows with the name, and clients could make any number of them (threats E25).
bool Server::may_make(std::string_view name) const {
  return name.size() <= limits::namespace_name_bytes_max && dynamic_namespaces_ < options_.dynamic_namespaces_max;
}

void Server::match(std::string_view name, std::string_view auth, Matched done) {
  if (!may_make(name)) return done(nullptr);
  ask_parents(0, name, auth, std::move(done));
}

void Server::ask_parents(std::size_t index, std::string_view name, std::string_view auth, Matched done) {
  if (index == parents_.size()) return done(nullptr);
  const std::shared_ptr<ParentNamespace> parent = parents_[index].nsp;
  parent->ask(name, auth,
              MatchReply([this, alive = std::weak_ptr<bool>(alive_), index, name, auth,
                          done = std::move(done)](bool matches) mutable {
                if (alive.expired()) return;
                if (Namespace* there = find(name)) return done(there); // made while this one was being decided
                if (!matches) return ask_parents(index + 1, name, auth, std::move(done));
                done(may_make(name) ? make(std::string(name), parents_[index].nsp).get() : nullptr);
              }));
}

void Server::on_socket_left(Namespace& nsp) {
  if (!options_.cleanup_empty_child_namespaces || !nsp.is_child() || !nsp.empty()) return;
  loop_.post([this, name = nsp.name()] { // its handlers may still run
    const auto found = namespaces_.find(name);
    if (found == namespaces_.end() || !found->second->is_child() || !found->second->empty()) return;
    namespaces_.erase(found);
    --dynamic_namespaces_;
  });
}

void Server::on_client_closed(Client& client) {
  // Its session is still in the call that ended it.
  loop_.post([this, key = &client] { clients_.erase(key); });
}

} // namespace wire::sio
