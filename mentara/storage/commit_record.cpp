#include "mentara/storage/commit_record.h"

#include <chrono>

#include "wire/base/random.h"

namespace mentara::storage {
namespace {

constexpr std::chrono::milliseconds kept_for = std::chrono::hours(24 * 30); // after a writer's last commit

} // namespace

CommitRecord::CommitRecord(sql::Database& database, const WallClock& clock)
    : clock_(clock),
      writer_(wire::random_id()),
      keep_(database,
            "INSERT INTO writers (writer, number, position, at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (writer) DO UPDATE "
            "SET number = excluded.number, position = max(writers.position, excluded.position), at = excluded.at"),
      find_(database, "SELECT number FROM writers WHERE writer = ?1"),
      announce_(database, "SELECT pg_notify('mentara_log', ?1)") {
  sql::Statement(database, "DELETE FROM writers WHERE at < ?1").run(clock.now().ms - kept_for.count());
}

void CommitRecord::keep(Position position, bool announce) {
  keep_.run(writer_, ++number_, position, clock_.now().ms);
  if (position != 0 && announce) announce_.run(std::to_string(position));
}

bool CommitRecord::is_kept() {
  sql::Rows row = find_.query(writer_);
  return row.next() && row.integer(0) == number_;
}

} // namespace mentara::storage
