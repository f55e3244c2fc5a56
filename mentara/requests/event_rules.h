#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mentara/domain/notification_rule.h"
#include "mentara/services/notification_service.h"
#include "wire/base/json.h"

// Turns a domain event of a backend into notifications, as the rules of the configuration say.
namespace mentara::requests {

// "Visit of {patient.name}" with what the event says: texts, numbers and true/false by their path; anything else, and
// what is not there, is nothing.
std::string fill(std::string_view text_template, wire::JsonView event_data);
// The user ids at a path: a text, or a list of texts.
std::vector<UserId> users_at(std::string_view path, wire::JsonView event_data);

// One request for each rule that concerns the event and names somebody.
std::vector<services::NewNotifications> apply_rules(const std::vector<NotificationRule>& rules,
                                                    std::string_view event_type, wire::JsonView event_data,
                                                    const std::vector<UserId>& users);

} // namespace mentara::requests
