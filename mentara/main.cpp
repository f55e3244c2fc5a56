#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "mentara/application/application.h"
#include "mentara/application/edge.h"
#include "mentara/cli/cli.h"
#include "mentara/ops/doctor.h"
#include "mentara/ops/logging.h"
#include "mentara/storage/data_directory.h"
#include "mentara/storage/maintenance.h"
#include "mentara/storage/postgres_checks.h"
#include "mentara/storage/site_move.h"
#include "wire/base/signals.h"

namespace {

int serve(const mentara::Config& config) {
  wire::block_signals();
  mentara::ops::start_logging(config.log);
  mentara::Application application(config);
  const wire::Signals signals({[&] { application.stop(); }, [&] { application.reload(); }});
  application.run();
  return mentara::cli::exit_success;
}

bool examine(const mentara::Config& config, const mentara::cli::Commands::Tell& tell) {
  using mentara::ops::Finding;
  bool fit = true;
  std::vector<Finding> findings = mentara::ops::examine(mentara::ops::look_at_machine(config), config);
  if (!config.database.url.empty()) {
    using mentara::storage::DatabaseFinding;
    for (const DatabaseFinding& of_database : mentara::storage::look_at_postgres(config.database.url)) {
      const bool good = of_database.kind == DatabaseFinding::Kind::good;
      const bool bad = of_database.kind == DatabaseFinding::Kind::bad;
      findings.push_back({good  ? Finding::Kind::good
                          : bad ? Finding::Kind::bad
                                : Finding::Kind::note,
                          of_database.text});
    }
  }
  for (const Finding& finding : findings) {
    const bool bad = finding.kind == Finding::Kind::bad;
    tell((bad ? "bad   " : finding.kind == Finding::Kind::note ? "note  " : "good  ") + finding.text);
    fit = fit && !bad;
  }
  return fit;
}

// What is done to a file has no meaning where PostgreSQL keeps the data.
const std::string& data_directory(const mentara::Config& config, const char* instead) {
  if (config.database.url.empty()) return config.data_directory;
  throw mentara::storage::OpenError(std::string("The data is in PostgreSQL (database.url): ") + instead);
}

// With the words of config, what storage does.
mentara::cli::Commands commands() {
  using mentara::Config;
  using Tell = mentara::cli::Commands::Tell;
  namespace storage = mentara::storage;
  return {.serve = &serve,
          .why_no_tls = &mentara::why_no_tls,
          .back_up = [](const Config& config, const std::string& to,
                        const Tell& tell) { storage::back_up(data_directory(config, "use pg_dump."), to, tell); },
          .restore =
              [](const Config& config, const std::string& from, bool force, const Tell& tell) {
                return storage::restore(
                    from, data_directory(config, "use pg_restore, then renew the epoch (docs/postgres.md)."), force,
                    tell);
              },
          .move_to_postgres =
              [](const Config& config, const Tell& tell) {
                return storage::move_to_postgres(config.data_directory, config.database.url, tell);
              },
          .find_damage =
              [](const Config& config) {
                return storage::find_damage(storage::database_path(data_directory(config, "use pg_amcheck.")));
              },
          .examine = &examine};
}

void write(std::FILE* file, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
  std::fflush(file);
}

} // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN); // a peer that is gone is an error of write(), not the end of the process
  const auto environment = mentara::cli::read_environment(environ);
  const mentara::SystemWallClock clock;
  const mentara::cli::Surroundings surroundings{
      environment,
      clock,
      [](std::string_view text) { write(stdout, text); },
      [](std::string_view text) { write(stderr, text); },
  };
  return mentara::cli::run({argv + 1, argv + argc}, surroundings, commands());
}
