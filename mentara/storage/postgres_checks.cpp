#include "mentara/storage/postgres_checks.h"

#include <string_view>

#include "mentara/storage/postgres.h"
#include "mentara/storage/postgres_store.h"

namespace mentara::storage {
namespace {

using Kind = DatabaseFinding::Kind;

std::string ask(postgres::Database& database, std::string_view sql) {
  sql::Statement statement(database, sql);
  sql::Rows row = statement.query();
  return row.next() ? row.text(0) : std::string();
}

DatabaseFinding about_commit(const std::string& setting) {
  if (setting == "on" || setting == "remote_apply") {
    return {Kind::good, "synchronous_commit = " + setting +
                            ": what is acknowledged is on disk, with a synchronous standby "
                            "on both"};
  }
  if (setting == "off") {
    return {Kind::note,
            "synchronous_commit = off: the server turns it on for its own connections; set it to on for "
            "whoever else writes there"};
  }
  return {Kind::note, "synchronous_commit = " + setting +
                          ": what is acknowledged is on the primary's disk, and may be lost with it; on waits for a "
                          "synchronous standby too"};
}

} // namespace

std::vector<DatabaseFinding> look_at_postgres(const std::string& url) {
  const std::string shown = shown_url(url);
  try {
    postgres::Database database({.url = url});
    std::vector<DatabaseFinding> findings;
    const bool tls = ask(database, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == "1";
    findings.push_back({Kind::good, "PostgreSQL " + ask(database, "SHOW server_version") + " at " + shown +
                                        " can be reached, " + (tls ? "with" : "without") + " TLS"});
    // As the server or the role has it: a connection of ours turns it on for itself.
    findings.push_back(
        about_commit(ask(database, "SELECT reset_val FROM pg_settings WHERE name = 'synchronous_commit'")));
    if (ask(database, "SHOW fsync") == "on") {
      findings.push_back({Kind::good, "fsync = on: a loss of power loses nothing"});
    } else {
      findings.push_back({Kind::bad,
                          "fsync = off: a loss of power loses what was acknowledged, and may destroy the "
                          "database; set fsync = on in postgresql.conf"});
    }
    const std::string encoding = ask(database, "SHOW server_encoding");
    if (encoding != "UTF8") {
      findings.push_back({Kind::bad, "the database is encoded as " + encoding + ": make one with ENCODING 'UTF8'"});
    }
    return findings;
  } catch (const sql::Error& error) {
    return {{Kind::bad, "the database " + shown + " cannot be used: " + error.what()}};
  }
}

} // namespace mentara::storage
