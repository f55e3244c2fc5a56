#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mentara/config/toml_file.h"
#include "mentara/domain/notification_rule.h"

// The tables [[notifications.rules]] of the configuration file.
namespace mentara {

// "notifications.rules[0].event" and its like.
bool is_rule_entry(std::string_view key);

// Entries of rules in the order of the file. Each problem is one line with its place.
std::vector<NotificationRule> read_rules(const std::vector<TomlEntry>& entries, std::vector<std::string>& problems);

std::string print_rules(const std::vector<NotificationRule>& rules); // as they stand in a file

} // namespace mentara
