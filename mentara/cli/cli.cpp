#include "mentara/cli/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <sstream>

#include "mentara/cli/development.h"
#include "mentara/cli/make_token.h"
#include "mentara/config/load.h"
#include "mentara/config/option.h"
#include "mentara/config/print.h"
#include "mentara/config/suggestion.h"
#include "mentara/config/units.h"
#include "mentara/config/version.h"
#include "mentara/push/keys.h"
#include "mentara/schema/contract.h"
#include "mentara/schema/formats.h"
#include "wire/base/base64.h"
#include "wire/base/utf8.h"

namespace mentara::cli {
namespace {

constexpr const char* examples =
    "Examples:\n"
    "  mentara serve --dev                       try it on this machine; prints two tokens and a command\n"
    "  export MENTARA_JWT_SECRET=$(openssl rand -hex 32)\n"
    "  mentara serve --host 0.0.0.0 --data /var/lib/mentara\n"
    "  mentara token --sub alice --name Alice --ttl 12h\n"
    "  mentara config print > mentara.toml       every option, explained, to edit and to give to --config\n"
    "  mentara contract --format typescript      the types of every event, for a client's code\n"
    "  mentara backup /backups/monday.db         a copy of the database, also while the server runs\n"
    "\n"
    "Configuration comes from the TOML file (--config, or MENTARA_CONFIG), then the environment (MENTARA_*), then "
    "flags;\n"
    "the later one wins. Paths are relative to the current directory.\n"
    "\n"
    "Exit codes: 0 all is well, 1 it failed while running, 2 wrong usage or configuration.";

constexpr std::string_view no_key =
    "There is no key to check tokens with. Make a secret, and keep it:\n"
    "  export MENTARA_JWT_SECRET=$(openssl rand -hex 32)\n"
    "or name the public keys of whoever signs your tokens in auth.keys.\n"
    "Only to try things out on this machine: --dev makes one.\n";

// What was typed, filled in by CLI11 as it parses; so it stays where it is.
struct Given {
  std::string config_file{};
  bool development = false;
  auth::Claims claims{};
  std::optional<std::string> ttl{};
  std::string format = "markdown";
  std::string backup{}; // the file to write, or to restore from
  bool force = false;
  std::string move_from{}, move_to{}; // kinds of database
};

CLI::App* add_command(CLI::App& parent, const char* name, const char* description, Given& given) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->add_option("--config", given.config_file, "A TOML file with the configuration (MENTARA_CONFIG)");
  command->add_flag("--dev", given.development,
                    "For trying things out: a secret in the data directory, the pages of localhost may connect");
  return command;
}

// One flag for each option that has one; `only` is for a command that needs but one of them.
void add_option_flags(CLI::App& command, std::string_view only = {}) {
  for (const Option& option : options()) {
    if (option.flag.empty() || (!only.empty() && option.flag != only)) continue;
    const std::string help = std::string(option.help) + " Must be " + option.value.allowed +
                             " (default: " + option.value.to_toml(Config{}) + "; " + environment_name(option) + ")";
    command.add_option(std::string(option.flag), help)->type_name("VALUE");
  }
}

Sources sources_of(const CLI::App& command, const Given& given, const Surroundings& surroundings) {
  Sources sources{given.config_file, surroundings.environment, {}, given.development};
  for (const Option& option : options()) {
    const CLI::Option* flag = option.flag.empty() ? nullptr : command.get_option_no_throw(std::string(option.flag));
    if (flag && flag->count() > 0) sources.flags.emplace(option.flag, flag->as<std::string>());
  }
  return sources;
}

class Session {
 public:
  Session(const Surroundings& surroundings, const Commands& commands, Given& given)
      : surroundings_(surroundings), commands_(commands), given_(given) {}

  int serve(const CLI::App& command) {
    auto loaded = load_with_key(command);
    if (!loaded) return exit_usage;
    if (given_.development) surroundings_.out(development_greeting(loaded->config, surroundings_.clock));
    return commands_.serve(loaded->config);
  }

  int token(const CLI::App& command) {
    const auto loaded = load_with_key(command);
    if (!loaded) return exit_usage;
    const AuthConfig& auth = loaded->config.auth;
    std::chrono::milliseconds ttl = default_ttl(auth);
    if (given_.ttl) {
      const auto parsed = parse_duration(*given_.ttl);
      if (!parsed || *parsed < std::chrono::seconds(1) || *parsed > std::chrono::hours(24) * 36500) {
        return refuse("--ttl must be a duration from 1s to 36500d with its unit, such as \"24h\", not \"" +
                      *given_.ttl + "\"");
      }
      ttl = *parsed;
    }
    for (const std::string* text :
         {&given_.claims.subject, &given_.claims.name, &given_.claims.role, &given_.claims.email}) {
      if (!wire::is_utf8(*text)) return refuse("what is in a token must be UTF-8");
    }
    const auto made = make_token(given_.claims, ttl, auth, surroundings_.clock.now());
    if (!made) return refuse("the server would refuse this token: " + std::string(auth::to_string(made.error())));
    surroundings_.out(*made + "\n");
    return exit_success;
  }

  int contract() {
    for (const schema::Format& format : schema::formats()) {
      if (format.name != given_.format) continue;
      surroundings_.out(format.write(schema::describe_contract()));
      return exit_success;
    }
    return refuse("--format must be one of " + format_names() + ", not \"" + given_.format + "\"");
  }

  int push_key() {
    const push::KeyPair key = push::KeyPair::make();
    surroundings_.out(
        "# For Web Push, to be kept: whoever subscribed with this key can be reached with no other.\n"
        "MENTARA_PUSH_PRIVATE_KEY=" +
        wire::base64url_encode(key.private_key()) +
        "\n# The public key, which clients get by push:key: " + wire::base64url_encode(key.public_key()) + "\n");
    return exit_success;
  }

  static std::string format_names() {
    std::string names;
    for (const schema::Format& format : schema::formats()) {
      if (!names.empty()) names += ", ";
      names += format.name;
    }
    return names;
  }

  int back_up(const CLI::App& command) {
    const auto loaded = load(command);
    if (!loaded) return exit_usage;
    commands_.back_up(loaded->config, given_.backup, [this](std::string_view line) { tell(line); });
    surroundings_.out("The backup " + given_.backup + " is complete and sound.\n");
    return exit_success;
  }

  int restore(const CLI::App& command) {
    const auto loaded = load(command);
    if (!loaded) return exit_usage;
    const std::string kept =
        commands_.restore(loaded->config, given_.backup, given_.force, [this](std::string_view line) { tell(line); });
    surroundings_.out("The database in " + loaded->config.data_directory + " is now that of " + given_.backup + ".\n");
    if (!kept.empty()) surroundings_.out("What was there before is kept as " + kept + ".\n");
    return exit_success;
  }

  int check_database(const CLI::App& command) {
    const auto loaded = load(command);
    if (!loaded) return exit_usage;
    const std::vector<std::string> found = commands_.find_damage(loaded->config);
    for (const std::string& damage : found) surroundings_.err("mentara: " + damage + "\n");
    if (!found.empty()) return exit_failure;
    surroundings_.out("The database in " + loaded->config.data_directory + " is sound.\n");
    return exit_success;
  }

  int examine(const CLI::App& command) {
    const auto loaded = load(command);
    if (!loaded) return exit_usage;
    const bool fit = commands_.examine(
        loaded->config, [this](std::string_view line) { surroundings_.out(std::string(line).append("\n")); });
    return fit ? exit_success : exit_failure;
  }

  int move_database(const CLI::App& command) {
    const auto loaded = load(command);
    if (!loaded) return exit_usage;
    if (given_.move_from != "sqlite" || given_.move_to != "postgres") {
      return refuse("a site can be moved --from sqlite --to postgres, not from \"" + given_.move_from + "\" to \"" +
                    given_.move_to + "\"");
    }
    if (loaded->config.database.url.empty()) {
      return refuse("there is no database.url that says where to move it (MENTARA_DATABASE_URL)");
    }
    const std::string moved = commands_.move_to_postgres(loaded->config, [this](std::string_view line) { tell(line); });
    surroundings_.out(moved + ".\n");
    return exit_success;
  }

  int check(const CLI::App& command) {
    const auto loaded = load(command);
    if (!loaded) return exit_usage;
    const bool has_key = loaded->config.auth.has_key();
    try {
      if (has_key) const auth::KeySet readable(loaded->config.auth);
    } catch (const std::invalid_argument& error) {
      return refuse(error.what());
    }
    if (commands_.why_no_tls) {
      if (const std::string why = commands_.why_no_tls(loaded->config); !why.empty()) return refuse(why);
    }
    surroundings_.out("The configuration is valid.\n");
    if (!has_key && !given_.development) surroundings_.err("Note: " + std::string(no_key));
    return exit_success;
  }

  int print(const CLI::App& command) {
    const auto loaded = load(command);
    if (!loaded) return exit_usage;
    surroundings_.out(print_config(*loaded));
    return exit_success;
  }

 private:
  std::optional<LoadedConfig> load(const CLI::App& command) {
    auto loaded = load_config(sources_of(command, given_, surroundings_));
    if (loaded) return std::move(*loaded);
    for (const std::string& problem : loaded.error()) refuse(problem);
    return std::nullopt;
  }

  std::optional<LoadedConfig> load_with_key(const CLI::App& command) {
    auto loaded = load(command);
    if (!loaded || !loaded->config.auth.secret.empty()) return loaded;
    if (!given_.development) {
      if (loaded->config.auth.has_key()) return loaded;
      surroundings_.err("mentara: " + std::string(no_key));
      return std::nullopt;
    }
    loaded->config.auth.secret = development_secret(loaded->config);
    return loaded;
  }

  void tell(std::string_view line) { surroundings_.err(std::string(line).append("\n")); }

  int refuse(const std::string& why) {
    surroundings_.err("mentara: " + why + "\n");
    return exit_usage;
  }

  const Surroundings& surroundings_;
  const Commands& commands_;
  Given& given_;
};

void collect_words(const CLI::App& app, std::vector<std::string>& words) {
  for (const CLI::Option* option : app.get_options()) words.push_back(option->get_name());
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    words.push_back(command->get_name());
    collect_words(*command, words);
  }
}

// The message of CLI11, with what may have been meant.
std::string explain(const CLI::ParseError& error, const CLI::App& app) {
  std::string text = error.what();
  std::vector<std::string> words;
  collect_words(app, words);
  for (const std::string& extra : app.remaining(true)) text += suggest(extra, words);
  return text;
}

} // namespace

int run(std::vector<std::string> arguments, const Surroundings& surroundings, const Commands& commands) {
  Given given;
  CLI::App app("Mentara Realtime: messages, notifications and video calls for Socket.IO clients.", "mentara");
  app.set_version_flag("--version", "mentara " + std::string(version()), "Print the version and exit");
  app.require_subcommand(1);
  app.footer(examples);

  CLI::App* serve = add_command(app, "serve", "Run the server until SIGTERM or SIGINT", given);
  add_option_flags(*serve);

  CLI::App* token = add_command(app, "token", "Print a token that this configuration accepts", given);
  add_option_flags(*token, "--data");
  token->add_option("--sub", given.claims.subject, "The id of the user, 1 to 128 characters")->required();
  token->add_option("--name", given.claims.name, "The name that others see");
  token->add_option("--role", given.claims.role, "The role of the user");
  token->add_option("--email", given.claims.email, "The e-mail address of the user");
  token->add_option("--ttl", given.ttl, "How long the token is valid, such as 30m, 12h or 7d (default: 24h)");

  CLI::App* config = app.add_subcommand("config", "Look at the configuration");
  config->require_subcommand(1);
  CLI::App* check =
      add_command(*config, "check", "Say whether the configuration is valid, and list every problem", given);
  add_option_flags(*check);
  CLI::App* print = add_command(*config, "print", "Print every option with its value and where it comes from", given);
  add_option_flags(*print);

  CLI::App* backup = add_command(app, "backup", "Copy the database into a new file, also while the server runs", given);
  add_option_flags(*backup, "--data");
  backup->add_option("TO", given.backup, "The file to make")->required();
  CLI::App* restore = add_command(app, "restore", "Put a backup into the data directory of a stopped server", given);
  add_option_flags(*restore, "--data");
  restore->add_option("FROM", given.backup, "The backup")->required();
  restore->add_flag("--force", given.force, "Replace the database that is there, and keep it under another name");
  CLI::App* database = app.add_subcommand("db", "Look after the database");
  database->require_subcommand(1);
  CLI::App* check_database =
      add_command(*database, "check", "Say whether the database is sound, and list what is wrong", given);
  add_option_flags(*check_database, "--data");

  CLI::App* doctor = add_command(
      app, "doctor", "Say what this machine and this configuration mean for a server, and what to change", given);
  add_option_flags(*doctor);
  CLI::App* move_database = add_command(
      *database, "migrate", "Move the site of a stopped server from its data directory to database.url", given);
  add_option_flags(*move_database, "--data");
  move_database->add_option("--from", given.move_from, "sqlite: the database in the data directory")->required();
  move_database->add_option("--to", given.move_to, "postgres: an empty database, which database.url names")->required();

  CLI::App* push_key = app.add_subcommand("push-key", "Print a new key for Web Push");

  CLI::App* contract = app.add_subcommand("contract", "Print every event and payload as a document or as types");
  contract->add_option("--format", given.format, "One of " + Session::format_names() + " (default: markdown)");

  try {
    std::reverse(arguments.begin(), arguments.end()); // as CLI11 wants them
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream err;
    if (app.exit(error, out, err) == exit_success) { // --help and --version come this way
      surroundings.out(out.str());
      return exit_success;
    }
    surroundings.err("mentara: " + explain(error, app) + "\nTry: mentara --help\n");
    return exit_usage;
  }

  try {
    Session session(surroundings, commands, given);
    if (serve->parsed()) return session.serve(*serve);
    if (token->parsed()) return session.token(*token);
    if (push_key->parsed()) return session.push_key();
    if (contract->parsed()) return session.contract();
    if (backup->parsed()) return session.back_up(*backup);
    if (restore->parsed()) return session.restore(*restore);
    if (check_database->parsed()) return session.check_database(*check_database);
    if (doctor->parsed()) return session.examine(*doctor);
    if (move_database->parsed()) return session.move_database(*move_database);
    if (check->parsed()) return session.check(*check);
    return session.print(*print);
  } catch (const std::exception& error) {
    surroundings.err("mentara: " + std::string(error.what()) + "\n");
    return exit_failure;
  }
}

std::map<std::string, std::string> read_environment(const char* const* environment) {
  std::map<std::string, std::string> variables;
  for (; *environment; ++environment) {
    const std::string_view line = *environment;
    const std::size_t equals = std::min(line.find('='), line.size());
    variables.emplace(line.substr(0, equals), line.substr(std::min(equals + 1, line.size())));
  }
  return variables;
}

} // namespace mentara::cli
