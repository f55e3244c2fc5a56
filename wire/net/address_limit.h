#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "wire/base/hash.h"

namespace wire::net {

// How many connections one address may have at once, whatever loop they are on. It remembers those that have one, and
// nobody else. Any thread.
class AddressLimit {
 public:
  explicit AddressLimit(std::size_t most) : most_(most) {}

  // One connection's place, given back when it is destroyed. An empty one is none.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept : limit_(std::move(other.limit_)), address_(std::move(other.address_)) {}
    Place& operator=(Place&& other) noexcept {
      give_back();
      limit_ = std::move(other.limit_);
      address_ = std::move(other.address_);
      return *this;
    }
    ~Place() { give_back(); }
    explicit operator bool() const { return limit_ != nullptr; }
    const std::string& address() const { return address_; }

   private:
    friend class AddressLimit;
    Place(std::shared_ptr<AddressLimit> limit, std::string address)
        : limit_(std::move(limit)), address_(std::move(address)) {}
    void give_back() {
      if (const auto limit = std::exchange(limit_, nullptr)) limit->give_back(address_);
    }
    std::shared_ptr<AddressLimit> limit_;
    std::string address_;
  };

  // `address` as Address::limited_as() spells it. Empty when it has as many as it may.
  static Place take(const std::shared_ptr<AddressLimit>& limit, std::string address);

  std::size_t addresses() const; // that have a connection
  std::size_t most() const { return most_; }

 private:
  void give_back(const std::string& address);

  struct Shard { // so that loops rarely wait for each other
    mutable std::mutex lock;
    std::unordered_map<std::string, std::size_t, SeededHash> taken;
  };
  Shard& shard_of(const std::string& address) { return shards_[hash_(address) % shards_.size()]; }

  const std::size_t most_;
  const SeededHash hash_{};
  std::array<Shard, 16> shards_;
};

} // namespace wire::net
