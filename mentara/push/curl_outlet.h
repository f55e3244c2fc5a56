#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "mentara/domain/callbacks.h"
#include "mentara/push/outlet.h"

namespace mentara::push {

// HTTP by libcurl, on a thread of its own: connections are kept, names are looked up, certificates are checked. Where
// an endpoint's name leads is looked at when the connection is made, so a name that leads into a private network, or
// begins to do so later, is no way into it. Redirections are not followed, and what a service says beside its status is
// not read.
class CurlOutlet final : public Outlet {
 public:
  struct Options {
    bool allow_insecure = false;          // http, and private networks
    std::string ca_file{};                // PEM, of whoever signs for the services; empty: the system's
    std::chrono::milliseconds timeout{0}; // of one request
  };
  CurlOutlet(Options options, Post post); // throws std::runtime_error
  ~CurlOutlet() override;                 // who still waits is not told

  void send(PushRequest request, wire::UniqueFunction<void(PushAnswer)> done) override;

 private:
  struct Worker;
  std::unique_ptr<Worker> worker_;
};

} // namespace mentara::push
