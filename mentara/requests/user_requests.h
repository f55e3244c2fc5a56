#pragma once

#include "mentara/contract/user_payloads.h"
#include "mentara/requests/home_requests.h"
#include "mentara/services/personal_data_service.h"

namespace mentara::requests {

// What backends ask about users. One object for each loop.
class UserRequests {
 public:
  UserRequests(const connections::Home& home, wire::net::Loop& loop, services::PersonalDataService& personal_data)
      : home_(home, loop), personal_data_(personal_data) {}

  void export_page(contract::ExportUser request, Reply reply);
  void erase(contract::WhichUser request, Reply reply);

 private:
  const HomeRequests home_;
  services::PersonalDataService& personal_data_; // on the home loop
};

} // namespace mentara::requests
