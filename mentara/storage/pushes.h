#pragma once

#include <string>
#include <vector>

#include "mentara/domain/push.h"

// Web Push: who is to be reached where, and what was sent.
namespace mentara::storage {

class Pushes {
 public:
  virtual ~Pushes() = default;
  virtual std::vector<PushSubscription> subscriptions(const UserId& user) = 0; // the oldest first
  virtual std::vector<SentPush> sent(const UserId& user, UnixTime now) = 0;
};

class PushChanges {
 public:
  virtual ~PushChanges() = default;
  // A browser has one user: the endpoint is nobody else's from now on.
  virtual void subscribe(const UserId& user, const PushSubscription& subscription) = 0;
  virtual void unsubscribe(const UserId& user, const std::string& endpoint) = 0; // of others: nothing
  virtual void remove(const std::string& endpoint) = 0;                          // whosever it is

  virtual void note_sent(const UserId& user, const SentPush& push, UnixTime until) = 0; // instead of its topic's last
  virtual void forget_sent(const UserId& user, const std::string& topic) = 0;
  virtual void forget_sent_before(UnixTime now) = 0; // those whose `until` has come
};

} // namespace mentara::storage
