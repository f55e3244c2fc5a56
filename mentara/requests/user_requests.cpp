#include "mentara/requests/user_requests.h"

#include <utility>
#include <variant>

#include "mentara/contract/messaging_acks.h"

namespace mentara::requests {

void UserRequests::export_page(contract::ExportUser request, Reply reply) {
  home_.ask<storage::ExportPage>(
      std::move(reply),
      [this, request = std::move(request)](Done<storage::ExportPage> done) mutable {
        personal_data_.export_page(std::move(request.userId), std::move(request.cursor.value), std::move(done));
      },
      [](const storage::ExportPage& page) {
        return contract::ExportAck{
            .section = page.section,
            .items = contract::RawObjects{page.items},
            .nextCursor = page.next_cursor.empty() ? std::nullopt : std::optional<std::string_view>(page.next_cursor)};
      });
}

void UserRequests::erase(contract::WhichUser request, Reply reply) {
  home_.ask<std::monostate>(
      std::move(reply),
      [this, request = std::move(request)](Done<std::monostate> done) mutable {
        personal_data_.erase(std::move(request.userId), std::move(done));
      },
      [](std::monostate) { return contract::PlainAck{}; });
}

} // namespace mentara::requests
