#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "wire/http/message.h"

namespace wire::net {
class Connection;
}

namespace wire::http {

class Server;

// One request that waits for its answer. It belongs to its connection and stays where it is until it ends: with
// respond(), respond_raw(), upgrade(), hand_over(), abort(), or Handler::on_abort(). After each it is gone.
class Exchange {
 public:
  virtual const Request& request() const = 0;

  // Of this request's body; only in on_head.
  virtual void set_body_limit(std::size_t bytes_max) = 0;

  // When the body is not complete yet, the rest is thrown away and the connection is closed behind the answer.
  virtual void respond(Response response) = 0;
  // Writes the bytes as they are, then closes.
  virtual void respond_raw(std::string bytes) = 0;
  // Only when the request is complete: writes `raw_response` and gives the connection away; `leftover` gets what came
  // behind the request. Set a handler of yours on the connection before you return.
  virtual std::shared_ptr<net::Connection> upgrade(std::string raw_response, std::string& leftover) = 0;
  // Only in on_head: the request moves with its connection to the server of another loop, where on_head is called
  // again.
  virtual void hand_over(Server& other) = 0;
  // Drops the connection without an answer.
  virtual void abort() = 0;

  void* context = nullptr; // the handler's own

 protected:
  ~Exchange() = default;
};

// Answers requests; any number of them at once, one per connection. It must outlive the server, or until the server's
// close().
class Handler {
 public:
  // The body is still to come. May answer at once, or set the body's limit.
  virtual void on_head(Exchange&) {}
  // The request is complete. Answer now or later.
  virtual void on_request(Exchange& exchange) = 0;
  // The body is over its limit. May answer; else 413 without a body is the answer. The exchange is gone after this
  // call.
  virtual void on_too_large(Exchange&) {}
  // The peer left, broke the protocol or was too slow before it was answered: the exchange is gone after this call.
  virtual void on_abort(Exchange&) {}

 protected:
  ~Handler() = default;
};

} // namespace wire::http
