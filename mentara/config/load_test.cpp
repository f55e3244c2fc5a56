#include "mentara/config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "mentara/config/option.h"
#include "mentara/config/print.h"

namespace mentara {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string secret(64, 's');

class LoadConfig : public testing::Test {
 protected:
  LoadConfig() {
    std::filesystem::create_directories(directory_);
    sources_.file.clear();
  }
  ~LoadConfig() override { std::filesystem::remove_all(directory_); }

  void write_file(std::string_view text) {
    sources_.file = (directory_ / "config.toml").string();
    std::ofstream(sources_.file, std::ios::binary) << text;
  }

  Config load() {
    const auto loaded = load_config(sources_);
    EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().front());
    return loaded ? loaded->config : Config{};
  }

  // With the directory of the test left out.
  std::vector<std::string> problems() {
    const auto loaded = load_config(sources_);
    std::vector<std::string> lines;
    if (loaded) return lines;
    for (std::string line : loaded.error()) {
      const std::string directory = directory_.string() + "/";
      if (const std::size_t at = line.find(directory); at != line.npos) line.erase(at, directory.size());
      lines.push_back(line);
    }
    return lines;
  }

  const std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() /
      ("mentara-load-" + std::to_string(getpid()) + testing::UnitTest::GetInstance()->current_test_info()->name());
  Sources sources_;
};

TEST_F(LoadConfig, without_anything_the_defaults_hold_and_are_safe) {
  const Config config = load();
  EXPECT_EQ(config.server.host, "localhost");
  EXPECT_EQ(config.server.port, 3001);
  EXPECT_EQ(config.operations.host, "127.0.0.1");
  EXPECT_EQ(config.operations.port, 3002);
  EXPECT_EQ(config.auth.secret, "") << "no default secret exists";
  EXPECT_EQ(config.auth.leeway, 5s);
  EXPECT_FALSE(config.auth.allow_query_token);
  EXPECT_TRUE(config.cors.origins.empty());
  EXPECT_TRUE(config.cors.allow_no_origin);
  EXPECT_EQ(config.engine.ping_interval, 25s);
  EXPECT_EQ(config.engine.ping_timeout, 20s);
  EXPECT_EQ(config.engine.max_payload, 1'000'000u);
  EXPECT_EQ(config.limits.sockets_per_user, 20u);
}

TEST_F(LoadConfig, the_file_is_read) {
  write_file(R"(
data_directory = "/var/lib/mentara"
[server]
host = "0.0.0.0"
port = 4000
[log]
level = "debug"
format = "json"
[auth]
leeway = "30s"
allow_query_token = true
[cors]
origins = ["https://app.example.com", "capacitor://localhost"]
[engine]
max_payload = "64KiB"
[limits]
)");
  const Config config = load();
  EXPECT_EQ(config.data_directory, "/var/lib/mentara");
  EXPECT_EQ(config.server.host, "0.0.0.0");
  EXPECT_EQ(config.server.port, 4000);
  EXPECT_EQ(config.log.level, wire::LogLevel::debug);
  EXPECT_EQ(config.log.format, LogFormat::json);
  EXPECT_EQ(config.auth.leeway, 30s);
  EXPECT_TRUE(config.auth.allow_query_token);
  EXPECT_THAT(config.cors.origins, ElementsAre("https://app.example.com", "capacitor://localhost"));
  EXPECT_EQ(config.engine.max_payload, 65'536u);
}

TEST_F(LoadConfig, the_environment_overrides_the_file_and_a_flag_overrides_both) {
  write_file("[server]\nport = 4000\n");
  EXPECT_EQ(load().server.port, 4000);
  sources_.environment["MENTARA_SERVER_PORT"] = "4001";
  EXPECT_EQ(load().server.port, 4001);
  sources_.flags["--port"] = "4003";
  EXPECT_EQ(load().server.port, 4003);
}

TEST_F(LoadConfig, every_option_can_be_set_by_its_environment_variable_to_what_print_shows) {
  const auto defaults = load_config({});
  for (const Option& option : options()) {
    if (option.secret) continue;
    std::string text = option.value.to_toml(defaults->config);
    if (text == "[]") text.clear();
    if (text.starts_with('"')) text = text.substr(1, text.size() - 2);
    sources_.environment[environment_name(option)] = text;
  }
  const auto loaded = load_config(sources_);
  ASSERT_TRUE(loaded) << loaded.error().front();
  for (std::size_t i = 0; i < options().size(); ++i) {
    EXPECT_EQ(loaded->origins[i], options()[i].secret ? "default" : environment_name(options()[i]));
  }
}

TEST_F(LoadConfig, lists_in_the_environment_are_separated_by_commas) {
  sources_.environment["MENTARA_CORS_ORIGINS"] = "https://a.example, https://b.example:8443";
  EXPECT_THAT(load().cors.origins, ElementsAre("https://a.example", "https://b.example:8443"));
  sources_.environment["MENTARA_CORS_ORIGINS"] = "";
  EXPECT_TRUE(load().cors.origins.empty());
}

TEST_F(LoadConfig, MENTARA_CONFIG_names_the_file_and_the_flag_goes_first) {
  write_file("[server]\nport = 4000\n");
  sources_.environment["MENTARA_CONFIG"] = sources_.file;
  sources_.file.clear();
  EXPECT_EQ(load().server.port, 4000);
  sources_.file = (directory_ / "other.toml").string();
  std::ofstream(sources_.file) << "[server]\nport = 5000\n";
  EXPECT_EQ(load().server.port, 5000);
}

TEST_F(LoadConfig, other_environment_variables_are_not_looked_at) {
  sources_.environment = {{"PATH", "/bin"}, {"MENTARAS", "x"}, {"XMENTARA_SERVER_PORT", "1"}};
  EXPECT_EQ(load().server.port, 3001);
}

TEST_F(LoadConfig, an_unknown_key_is_refused_with_its_place_and_a_suggestion) {
  write_file("# comment\n[server]\n  prot = 3001\n");
  EXPECT_THAT(problems(), ElementsAre("config.toml:3:3: unknown key 'server.prot'; did you mean 'server.port'?"));
  write_file("port = 3001\n");
  EXPECT_THAT(problems(), ElementsAre("config.toml:1:1: unknown key 'port'; did you mean 'server.port'?"));
  write_file("[servr]\n");
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("unknown key 'servr'")));
  write_file("colour = \"red\"\n");
  EXPECT_THAT(problems(), ElementsAre("config.toml:1:1: unknown key 'colour'"));
  write_file("[[server]]\nport = 3001\n");
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("unknown key 'server[0].port'")));
}

TEST_F(LoadConfig, a_bad_value_is_refused_with_its_place_and_what_is_allowed) {
  write_file("[server]\nport = \"abc\"\n");
  EXPECT_THAT(problems(),
              ElementsAre("config.toml:2:8: server.port must be a whole number from 1 to 65535, not \"abc\""));
  for (const char* value : {"0", "65536", "-1", "3001.5", "\"3001\"", "true", "[3001]", "{}", "2026-01-01"}) {
    write_file("[server]\nport = " + std::string(value) + "\n");
    EXPECT_THAT(problems(), ElementsAre(HasSubstr("server.port must be a whole number from 1 to 65535, not ")))
        << value;
  }
}

TEST_F(LoadConfig, the_bounds_themselves_are_allowed) {
  for (const char* value : {"1", "65535"}) {
    write_file("[server]\nport = " + std::string(value) + "\n");
    EXPECT_THAT(problems(), ElementsAre()) << value;
  }
}

TEST_F(LoadConfig, the_environment_and_flags_are_checked_alike) {
  sources_.environment["MENTARA_SERVER_PORT"] = "70000";
  sources_.environment["MENTARA_PORT"] = "3001";
  sources_.environment["MENTARA_LOG_LEVL"] = "info";
  sources_.environment["MENTARA_AUTH_LEEWAY"] = "5";
  sources_.flags["--log-level"] = "loud";
  EXPECT_THAT(
      problems(),
      ElementsAre(HasSubstr("environment: MENTARA_AUTH_LEEWAY must be a duration from 0 to 5m with its unit"),
                  "environment: unknown variable 'MENTARA_LOG_LEVL'; did you mean 'MENTARA_LOG_LEVEL'?",
                  "environment: unknown variable 'MENTARA_PORT'; did you mean 'MENTARA_SERVER_PORT'?",
                  "environment: MENTARA_SERVER_PORT must be a whole number from 1 to 65535, not \"70000\"",
                  R"(command line: --log-level must be "trace", "debug", "info", "warn" or "error", not "loud")"));
}

TEST_F(LoadConfig, a_key_file_stands_with_its_algorithm_and_perhaps_its_kid) {
  sources_.environment = {{"MENTARA_AUTH_KEYS", "RS256:/etc/a b.pem#2026, EdDSA:keys/#1.json#x#y,HS512:s"}};
  const std::vector<KeyFile> keys = load().auth.keys;
  ASSERT_EQ(keys.size(), 3u);
  EXPECT_EQ(keys[0].algorithm, JwtAlgorithm::RS256);
  EXPECT_EQ(keys[0].path, "/etc/a b.pem");
  EXPECT_EQ(keys[0].id, "2026");
  EXPECT_EQ(keys[1].path, "keys/#1.json#x") << "the last # counts";
  EXPECT_EQ(keys[1].id, "y");
  EXPECT_EQ(keys[2].algorithm, JwtAlgorithm::HS512);
  EXPECT_EQ(keys[2].id, "");
  for (const char* bad :
       {"/etc/a.pem", "none:/etc/a.pem", "rs256:/etc/a.pem", "RS256:", "RS256:#a", "RS256:a#", ":a"}) {
    sources_.environment = {{"MENTARA_AUTH_KEYS", bad}};
    EXPECT_THAT(problems(), ElementsAre(HasSubstr("ALGORITHM:PATH"))) << bad;
  }
}

TEST_F(LoadConfig, all_problems_are_listed_at_once) {
  write_file("[server]\nport = 0\nhost = \"nowhere\"\n[engine]\nping_interval = 25000\n[cors]\nallow = 1\n");
  EXPECT_EQ(problems().size(), 4u);
}

TEST_F(LoadConfig, a_file_that_is_not_toml_is_refused_with_its_place) {
  write_file("[server]\nport = \n");
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("config.toml:2:")));
  write_file("[server]\nport = 1\nport = 2\n");
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("config.toml:3:")));
}

TEST_F(LoadConfig, a_file_that_cannot_be_read_is_refused) {
  sources_.file = (directory_ / "absent.toml").string();
  EXPECT_THAT(problems(), ElementsAre("absent.toml: cannot be read: No such file or directory"));
  sources_.file = directory_.string();
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("cannot be read")));
}

TEST_F(LoadConfig, J2_a_short_secret_is_refused_with_the_way_to_make_one_and_without_being_shown) {
  for (const std::string& bad : {std::string(), std::string("changeme"), std::string(31, 'k')}) {
    sources_.environment["MENTARA_JWT_SECRET"] = bad;
    EXPECT_THAT(problems(),
                ElementsAre(testing::AllOf(
                    HasSubstr("MENTARA_JWT_SECRET must be at least 32 bytes"), HasSubstr("openssl rand -hex 32"),
                    HasSubstr("not one of " + std::to_string(bad.size()) + " bytes"), Not(HasSubstr("changeme")))));
  }
  sources_.environment["MENTARA_JWT_SECRET"] = std::string(32, 'k');
  EXPECT_EQ(load().auth.secret, std::string(32, 'k'));
}

TEST_F(LoadConfig, J2_a_secret_must_be_as_long_as_the_hash_that_it_keys) {
  sources_.environment["MENTARA_JWT_SECRET"] = std::string(63, 'k');
  sources_.environment["MENTARA_AUTH_ALGORITHM"] = "HS512";
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("auth.secret (MENTARA_JWT_SECRET) must be at least 64 bytes")));
  sources_.environment["MENTARA_AUTH_ALGORITHM"] = "HS384";
  EXPECT_THAT(problems(), ElementsAre());
  sources_.environment["MENTARA_AUTH_ALGORITHM"] = "none";
  EXPECT_THAT(problems(), ElementsAre(HasSubstr(R"(must be "HS256", "HS384" or "HS512", not "none")")));
}

TEST_F(LoadConfig, O1_an_origin_that_a_browser_would_never_send_is_refused) {
  for (const char* bad :
       {"*", "null", "app.example.com", "https://", "https://app.example.com/", "https://App.example.com",
        "https://app.example.com:443", "http://app.example.com:80", "https://*.example.com", "https://a@b", "://x"}) {
    sources_.environment["MENTARA_CORS_ORIGINS"] = bad;
    EXPECT_EQ(problems().size(), 1u) << bad;
  }
}

TEST_F(LoadConfig, both_listeners_on_one_port_are_refused) {
  sources_.flags["--port"] = "3002";
  EXPECT_THAT(problems(), ElementsAre("operations.port (default) must be another port than the one for clients "
                                      "(server.port: --port)"));
}

TEST_F(LoadConfig, dev_lists_the_origins_of_localhost_unless_others_are_configured) {
  sources_.development = true;
  sources_.flags["--port"] = "4321";
  const std::vector<std::string> origins = load().cors.origins;
  for (const char* origin :
       {"http://localhost", "http://localhost:3000", "http://127.0.0.1:5173", "http://localhost:4321"}) {
    EXPECT_THAT(origins, testing::Contains(origin));
  }
  sources_.environment["MENTARA_CORS_ORIGINS"] = "https://a.example";
  EXPECT_THAT(load().cors.origins, ElementsAre("https://a.example"));
}

TEST_F(LoadConfig, a_hostile_value_does_not_fill_the_message) {
  sources_.environment["MENTARA_SERVER_PORT"] = std::string(100'000, 'x');
  sources_.environment["MENTARA_SERVER_HOST"] = "\xff\xfe";
  const auto found = problems();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_THAT(found[0], HasSubstr("not bytes that are not UTF-8"));
  EXPECT_THAT(found[1], HasSubstr("not a value of 100000 bytes"));
}

TEST_F(LoadConfig, print_says_where_each_value_comes_from) {
  write_file("[log]\nformat = \"json\"\n");
  sources_.environment["MENTARA_SERVER_HOST"] = "0.0.0.0";
  sources_.flags["--port"] = "4000";
  const std::string text = print_config(*load_config(sources_));
  EXPECT_THAT(text, HasSubstr("host = \"0.0.0.0\" # MENTARA_SERVER_HOST\n"));
  EXPECT_THAT(text, HasSubstr("port = 4000 # --port\n"));
  EXPECT_THAT(text, HasSubstr("ping_interval = \"25s\" # default\n"));
  EXPECT_THAT(text, HasSubstr("format = \"json\" # " + sources_.file + ":2:10\n"));
  EXPECT_THAT(text, HasSubstr("# a whole number from 1 to 65535 | MENTARA_SERVER_PORT | --port\n"));
}

TEST_F(LoadConfig, print_masks_the_secret) {
  EXPECT_THAT(print_config(*load_config(sources_)), HasSubstr("# secret is not set"));
  sources_.environment["MENTARA_JWT_SECRET"] = secret;
  const std::string text = print_config(*load_config(sources_));
  EXPECT_THAT(text, Not(HasSubstr(secret.substr(0, 8))));
  EXPECT_THAT(text, HasSubstr("# secret = (hidden) # MENTARA_JWT_SECRET\n"));
}

TEST_F(LoadConfig, what_print_shows_can_be_loaded_again) {
  sources_.environment = {{"MENTARA_SERVER_PORT", "4000"},
                          {"MENTARA_CORS_ORIGINS", "https://a.example,https://b.example"},
                          {"MENTARA_AUTH_ISSUER", "an \"issuer\" \\ é"},
                          {"MENTARA_AUTH_LEEWAY", "1500ms"},
                          {"MENTARA_AUTH_ALGORITHM", "HS512"}};
  const auto first = load_config(sources_);
  ASSERT_TRUE(first);
  sources_.environment.clear();
  write_file(print_config(*first));
  const auto second = load_config(sources_);
  ASSERT_TRUE(second) << second.error().front();
  for (const Option& option : options()) {
    EXPECT_EQ(option.value.to_toml(first->config), option.value.to_toml(second->config)) << option.key;
  }
}

TEST(Options, are_each_named_once_and_explained) {
  std::vector<std::string> names;
  for (const Option& option : options()) {
    names.emplace_back(option.key);
    names.push_back(environment_name(option));
    if (!option.flag.empty()) names.emplace_back(option.flag);
    EXPECT_TRUE(option.help.ends_with('.')) << option.key;
    EXPECT_FALSE(option.value.allowed.empty()) << option.key;
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

TEST(ListenAddresses, localhost_is_both_loopback_addresses) {
  EXPECT_THAT(listen_addresses("localhost"), ElementsAre("127.0.0.1", "::1"));
  EXPECT_THAT(listen_addresses("0.0.0.0"), ElementsAre("0.0.0.0"));
}

} // namespace
} // namespace mentara
