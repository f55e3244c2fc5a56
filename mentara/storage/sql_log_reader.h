#pragma once

#include "mentara/storage/log.h"
#include "mentara/storage/sql.h"

namespace mentara::storage {

// The log as those see it who listen, on one connection. Throws sql::Error.
class SqlLogReader final : public LogReader {
 public:
  explicit SqlLogReader(sql::Database& database);

  Position end_of_log() override;
  std::optional<DevicePlace> find_place(const Listener& listener) override;
  Position furthest_place(const Listener& listener) override;
  Missed missed(const Listener& listener, Position after, std::size_t count_max) override;
  LogPage page(const Listener& listener, Position after, std::size_t rows_max, std::size_t bytes_max) override;
  std::optional<Position> position_of(const Delivered& delivered) override;

 private:
  sql::Statement& page_in(const Listener& listener, Position piece); // of so many rows

  sql::Statement end_, place_, furthest_, missed_messaging_, missed_of_user_, has_more_scopes_, page_sought_,
      page_walked_, page_of_user_, position_of_;
};

} // namespace mentara::storage
