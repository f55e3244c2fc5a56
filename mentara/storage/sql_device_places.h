#pragma once

#include "mentara/storage/log.h"
#include "mentara/storage/sql.h"

namespace mentara::storage {

// Throws sql::Error.
class SqlDevicePlaces final : public DevicePlaces {
 public:
  explicit SqlDevicePlaces(sql::Database& database);

  void insert(const Listener& listener, Position position, UnixTime now, std::size_t devices_max) override;
  void advance(const Listener& listener, Position position, UnixTime now) override;
  std::optional<DeliveredTo> advance_delivered(const UserId& user, const Delivered& delivered) override;

 private:
  sql::Statement insert_, forget_oldest_, advance_, advance_delivered_;
};

} // namespace mentara::storage
