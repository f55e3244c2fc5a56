#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

// What an operator does with a database beside running the server. All throw OpenError with one sentence for him.
namespace mentara::storage {

using Progress = std::function<void(std::string_view)>; // a line, about once a second while it takes long

// Copies the database of a data directory as it is at one moment into the new file `to`; the server may be running.
// The file appears under its name when it is complete and was found to be sound.
void back_up(const std::string& data_directory, const std::string& to, const Progress& progress);

// Puts a backup in a data directory in which no server runs. A database that is there already is refused, or with
// `force` kept beside the new one under the name that is returned. The log's history gets another epoch: whoever has
// seen more of it than the backup holds is told to begin anew.
std::string restore(const std::string& from, const std::string& data_directory, bool force, const Progress& progress);

// What is wrong in a database file; empty: it is sound. The server may be running.
std::vector<std::string> find_damage(const std::string& database_path);

} // namespace mentara::storage
