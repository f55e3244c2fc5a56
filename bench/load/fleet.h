#pragma once

#include <netinet/in.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/load/client.h"
#include "bench/load/options.h"
#include "wire/base/time.h"

namespace load {

using wire::Clock;
using wire::Duration;
using wire::TimePoint;

class Fleet;

// One client with its socket.
class Connection final : private Client::Events {
 public:
  Connection(Fleet& fleet, std::size_t index, const Target& target, std::string_view auth);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  const std::size_t index;   // of its place in the fleet: 0 … connections - 1
  const TimePoint opened_at; // when the socket was made

 private:
  friend class Fleet;
  void on_connected() override;
  void on_ack(std::uint64_t id, std::string_view arguments) override;
  void on_event(std::string_view event_and_arguments) override;

  Fleet& fleet_;
  const std::unique_ptr<Client> client_;
  int socket_ = -1;
  bool waits_to_write_ = true; // a connecting socket becomes writable
  bool dirty_ = false;
};

// The connections and the loop that drives them: one thread, epoll, one shared read buffer, and for each ready
// connection one recv() and at most one send(). What a server or the system does wrong is thrown as std::runtime_error.
class Fleet {
 public:
  class Events {
   public:
    virtual ~Events() = default;
    virtual void on_connected(Connection&) {}
    virtual void on_ack(Connection&, std::uint64_t /*id*/, std::string_view /*arguments*/) {}
    virtual void on_event(Connection&, std::string_view /*event_and_arguments*/) {}
    virtual void on_closed(Connection&) {} // after leave(); its place is free now
  };

  Fleet(const Options& options, Events& events);
  ~Fleet();
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  void open(std::size_t index);
  Connection& connection(std::size_t index) { return *connections_[index]; }
  void send_frame(Connection& connection, std::string_view frame); // leaves at the end of the ready connection's turn
  void leave(Connection& connection);

  // Handles what is ready; waits for it until `deadline`, or 100 ms.
  void run_turn(TimePoint deadline);

  std::size_t connected() const { return connected_; } // in all, also those that have left
  TimePoint now() const { return now_; }               // of the bytes that are being handled

 private:
  friend class Connection;
  void on_ready(Connection& connection, std::uint32_t ready);
  void on_readable(Connection& connection);
  void mark_dirty(Connection& connection);
  void flush_dirty();
  void flush(Connection& connection);
  std::runtime_error broken(const Connection& connection, const std::string& what) const;
  void watch(Connection& connection, bool for_writing, int operation);

  const Options& options_;
  Events& events_;
  Target target_;
  sockaddr_in address_{};
  int epoll_ = -1;
  TimePoint now_ = Clock::now();
  std::vector<char> read_buffer_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> dirty_;
  std::size_t opened_ = 0;
  std::size_t connected_ = 0;
};

} // namespace load
