#include "wire/cluster/room_filter.h"

#include "wire/base/hash.h"

namespace wire::cluster {

RoomFilter::RoomFilter() : counts_(std::make_unique<std::atomic<std::uint32_t>[]>(slots)) {}

std::atomic<std::uint32_t>& RoomFilter::slot(std::string_view nsp, std::string_view room) const {
  return counts_[(seeded_hash(nsp) * 31 + seeded_hash(room)) % slots];
}

} // namespace wire::cluster
