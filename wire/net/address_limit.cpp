#include "wire/net/address_limit.h"

namespace wire::net {

AddressLimit::Place AddressLimit::take(const std::shared_ptr<AddressLimit>& limit, std::string address) {
  Shard& shard = limit->shard_of(address);
  {
    const std::lock_guard guard(shard.lock);
    const auto [entry, is_new] = shard.taken.try_emplace(address, 0);
    if (entry->second >= limit->most_) {
      if (is_new) shard.taken.erase(entry);
      return {};
    }
    ++entry->second;
  }
  return Place(limit, std::move(address));
}

void AddressLimit::give_back(const std::string& address) {
  Shard& shard = shard_of(address);
  const std::lock_guard guard(shard.lock);
  const auto entry = shard.taken.find(address);
  if (entry != shard.taken.end() && --entry->second == 0) shard.taken.erase(entry);
}

std::size_t AddressLimit::addresses() const {
  std::size_t count = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard guard(shard.lock);
    count += shard.taken.size();
  }
  return count;
}

} // namespace wire::net
