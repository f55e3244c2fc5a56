#include "mentara/cli/cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>

#include "mentara/auth/authenticator.h"
#include "mentara/config/option.h"

namespace mentara::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string secret(32, 's');

class FixedClock final : public WallClock {
 public:
  UnixTime now() const override { return time; }
  UnixTime time{1'700'000'000'250};
};

class CommandLine : public testing::Test {
 protected:
  ~CommandLine() override { std::filesystem::remove_all(directory_); }

  int run(const std::vector<std::string>& arguments) {
    out_.clear();
    err_.clear();
    served_.reset();
    const Surroundings surroundings{environment_, clock_, [this](std::string_view text) { out_ += text; },
                                    [this](std::string_view text) { err_ += text; }};
    return cli::run(arguments, surroundings, {[this](const Config& config) {
                      served_ = config;
                      if (failure_) throw std::runtime_error(*failure_);
                      return 0;
                    }});
  }
  void set_secret() { environment_["MENTARA_JWT_SECRET"] = secret; }

  std::string user_of(std::string token, AuthConfig auth) {
    if (token.ends_with('\n')) token.pop_back();
    const auto identity = auth::Authenticator(auth, revoked_, clock_).authenticate({.auth_token = token});
    return identity ? identity->user.id.value : "refused: " + identity.error().error;
  }

  const auth::Revocations revoked_; // none
  const std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() /
      ("mentara-cli-" + std::to_string(getpid()) + testing::UnitTest::GetInstance()->current_test_info()->name());
  const std::filesystem::path secret_file_ = directory_ / "dev-jwt-secret";
  std::map<std::string, std::string> environment_;
  FixedClock clock_;
  std::optional<std::string> failure_;
  std::optional<Config> served_;
  std::string out_;
  std::string err_;
};

TEST_F(CommandLine, serve_runs_with_the_configuration_of_file_environment_and_flags) {
  set_secret();
  std::filesystem::create_directories(directory_);
  const std::string file = (directory_ / "config.toml").string();
  std::ofstream(file) << "[server]\nport = 4000\nhost = \"::1\"\n[log]\nlevel = \"debug\"\n";
  environment_["MENTARA_SERVER_HOST"] = "0.0.0.0";
  EXPECT_EQ(run({"serve", "--config", file, "--port", "4001", "--data", "/srv/x", "--threads=3"}), 0) << err_;
  ASSERT_TRUE(served_);
  EXPECT_EQ(served_->server.port, 4001);
  EXPECT_EQ(served_->server.host, "0.0.0.0");
  EXPECT_EQ(served_->server.threads, 3u);
  EXPECT_EQ(served_->log.level, wire::LogLevel::debug);
  EXPECT_EQ(served_->data_directory, "/srv/x");
  EXPECT_EQ(served_->auth.secret, secret);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(err_, "");
}

TEST_F(CommandLine, serve_passes_on_the_exit_code_and_a_failure_is_one_clear_line) {
  set_secret();
  failure_ = "cannot listen on 127.0.0.1:80: permission denied";
  EXPECT_EQ(run({"serve"}), exit_failure);
  EXPECT_EQ(err_, "mentara: cannot listen on 127.0.0.1:80: permission denied\n");
}

TEST_F(CommandLine, J2_serve_refuses_to_start_without_a_secret_and_says_how_to_make_one) {
  EXPECT_EQ(run({"serve"}), exit_usage);
  EXPECT_FALSE(served_);
  EXPECT_THAT(err_, AllOf(HasSubstr("openssl rand -hex 32"), HasSubstr("MENTARA_JWT_SECRET"), HasSubstr("--dev")));
  EXPECT_EQ(run({"token", "--sub", "alice"}), exit_usage);
  EXPECT_EQ(out_, "");
}

TEST_F(CommandLine, every_problem_of_the_configuration_is_listed_and_nothing_is_served) {
  set_secret();
  environment_["MENTARA_PORT"] = "3001";
  EXPECT_EQ(run({"serve", "--port", "abc", "--log-level", "loud"}), exit_usage);
  EXPECT_FALSE(served_);
  EXPECT_THAT(err_, HasSubstr("mentara: command line: --port must be a whole number from 1 to 65535, not \"abc\"\n"));
  EXPECT_THAT(err_, HasSubstr("--log-level must be"));
  EXPECT_THAT(err_, HasSubstr("did you mean 'MENTARA_SERVER_PORT'?"));
}

TEST_F(CommandLine, dev_makes_a_secret_that_only_its_owner_can_read_and_keeps_it) {
  EXPECT_EQ(run({"serve", "--dev", "--data", directory_.string()}), 0) << err_;
  ASSERT_TRUE(served_);
  const std::string made = served_->auth.secret;
  EXPECT_EQ(made.size(), 64u);
  struct stat status {};
  ASSERT_EQ(stat(secret_file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_THAT(out_, Not(HasSubstr(made)));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 1) << "no draft is left behind";

  EXPECT_EQ(run({"serve", "--dev", "--data", directory_.string()}), 0);
  EXPECT_EQ(served_->auth.secret, made);
  EXPECT_EQ(run({"token", "--dev", "--data", directory_.string(), "--sub", "carol"}), 0) << err_;
  EXPECT_EQ(user_of(out_, served_ ? served_->auth : AuthConfig{.secret = made}), "carol");
}

TEST_F(CommandLine, dev_allows_localhost_and_prints_two_tokens_that_work_and_a_command) {
  EXPECT_EQ(run({"serve", "--dev", "--data", directory_.string(), "--port", "4321"}), 0) << err_;
  ASSERT_TRUE(served_);
  EXPECT_THAT(served_->cors.origins, testing::Contains("http://localhost:5173"));
  for (const char* user : {"alice", "bob"}) {
    const std::size_t at = out_.find("eyJ", out_.find("\n" + std::string(user)));
    ASSERT_NE(at, out_.npos);
    EXPECT_EQ(user_of(out_.substr(at, out_.find('\n', at) - at), served_->auth), user);
  }
  EXPECT_THAT(out_, HasSubstr("http://localhost:4321/messaging"));
}

TEST_F(CommandLine, dev_keeps_to_a_secret_that_is_configured) {
  set_secret();
  EXPECT_EQ(run({"serve", "--dev", "--data", directory_.string()}), 0) << err_;
  EXPECT_EQ(served_->auth.secret, secret);
  EXPECT_FALSE(std::filesystem::exists(secret_file_));
}

TEST_F(CommandLine, dev_does_not_trust_a_secret_that_others_can_read_or_that_is_none) {
  std::filesystem::create_directories(directory_);
  std::ofstream(secret_file_) << std::string(64, 'a');
  chmod(secret_file_.c_str(), 0644);
  EXPECT_EQ(run({"serve", "--dev", "--data", directory_.string()}), exit_failure);
  EXPECT_THAT(err_, HasSubstr("can be read by others; delete it"));
  std::ofstream(secret_file_) << "short";
  chmod(secret_file_.c_str(), 0600);
  EXPECT_EQ(run({"serve", "--dev", "--data", directory_.string()}), exit_failure);
  EXPECT_THAT(err_, HasSubstr("holds no secret; delete it"));
  std::ofstream(secret_file_) << std::string(64, 'a');
  std::filesystem::rename(secret_file_, directory_ / "elsewhere");
  std::filesystem::create_symlink("elsewhere", secret_file_);
  EXPECT_EQ(run({"serve", "--dev", "--data", directory_.string()}), exit_failure);
  EXPECT_FALSE(served_);
}

TEST_F(CommandLine, dev_says_when_the_data_directory_cannot_be_made) {
  EXPECT_EQ(run({"serve", "--dev", "--data", "/dev/null/data"}), exit_failure);
  EXPECT_THAT(err_, StartsWith("mentara: /dev/null/data cannot be made: "));
}

TEST_F(CommandLine, token_prints_only_the_token) {
  set_secret();
  EXPECT_EQ(run({"token", "--sub", "alice", "--name", "Alice A", "--role", "service", "--email", "a@example.com"}), 0);
  EXPECT_EQ(err_, "");
  EXPECT_THAT(out_, testing::MatchesRegex("eyJ[A-Za-z0-9_.-]+\n"));
  const auto identity = auth::Authenticator({.secret = secret}, revoked_, clock_)
                            .authenticate({.auth_token = std::string_view(out_).substr(0, out_.size() - 1)});
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->user.id.value, "alice");
  EXPECT_EQ(identity->user.name, "Alice A");
  EXPECT_EQ(identity->user.role, "service");
  EXPECT_EQ(identity->email, "a@example.com");
  EXPECT_EQ(identity->issued_at.ms, 1'700'000'000'000);
  EXPECT_EQ(identity->expires_at.ms, 1'700'000'000'000 + 24 * 3'600'000) << "a day, if not told otherwise";
}

TEST_F(CommandLine, token_carries_what_the_configuration_asks_of_tokens) {
  set_secret();
  environment_["MENTARA_AUTH_ISSUER"] = "us";
  environment_["MENTARA_AUTH_AUDIENCE"] = "mentara";
  environment_["MENTARA_AUTH_MAX_LIFETIME"] = "1h";
  EXPECT_EQ(run({"token", "--sub", "alice"}), 0) << err_;
  EXPECT_EQ(
      user_of(out_, {.secret = secret, .issuer = "us", .audience = "mentara", .max_lifetime = std::chrono::hours(1)}),
      "alice");
  EXPECT_EQ(run({"token", "--sub", "alice", "--ttl", "2h"}), exit_usage);
  EXPECT_EQ(out_, "");
  EXPECT_THAT(err_, HasSubstr("valid for longer than is allowed"));
}

TEST_F(CommandLine, token_refuses_what_the_server_would_refuse) {
  set_secret();
  for (const std::string& subject : {std::string(), std::string(129, 'a'), std::string("a\nb"), std::string("\xff")}) {
    EXPECT_EQ(run({"token", "--sub", subject}), exit_usage) << subject;
    EXPECT_EQ(out_, "");
    EXPECT_NE(err_, "");
  }
  EXPECT_EQ(run({"token", "--sub", "alice", "--name", std::string(4000, 'n')}), exit_usage);
  EXPECT_THAT(err_, HasSubstr("too long"));
  EXPECT_EQ(run({"token"}), exit_usage);
  EXPECT_THAT(err_, HasSubstr("--sub"));
}

TEST_F(CommandLine, the_time_to_live_needs_a_unit) {
  set_secret();
  EXPECT_EQ(run({"token", "--sub", "alice", "--ttl", "90s"}), 0);
  clock_.time.ms += 95'000;
  EXPECT_THAT(user_of(out_, {.secret = secret}), HasSubstr("expired"));
  for (const char* ttl : {"24", "0", "-1h", "x", "999999999d", ""}) {
    EXPECT_EQ(run({"token", "--sub", "alice", "--ttl", ttl}), exit_usage) << ttl;
    EXPECT_EQ(out_, "");
  }
}

TEST_F(CommandLine, config_check_says_whether_it_is_valid) {
  set_secret();
  EXPECT_EQ(run({"config", "check"}), 0);
  EXPECT_EQ(out_, "The configuration is valid.\n");
  EXPECT_EQ(err_, "");
  environment_.clear();
  EXPECT_EQ(run({"config", "check"}), 0);
  EXPECT_THAT(err_, HasSubstr("openssl rand -hex 32")) << "serve would refuse";
  EXPECT_EQ(run({"config", "check", "--port", "0"}), exit_usage);
  EXPECT_EQ(out_, "");
}

TEST_F(CommandLine, config_print_shows_what_serve_would_use) {
  set_secret();
  EXPECT_EQ(run({"config", "print", "--port", "4000", "--dev"}), 0);
  EXPECT_THAT(out_, HasSubstr("port = 4000 # --port\n"));
  EXPECT_THAT(out_, HasSubstr("\"http://localhost:3000\""));
  EXPECT_THAT(out_, Not(HasSubstr(secret)));
}

TEST_F(CommandLine, push_key_prints_a_key_that_the_configuration_takes) {
  EXPECT_EQ(run({"push-key"}), 0) << err_;
  const std::string variable = "\nMENTARA_PUSH_PRIVATE_KEY=";
  const std::size_t at = out_.find(variable);
  ASSERT_NE(at, out_.npos);
  const std::string key = out_.substr(at + variable.size(), 43);
  set_secret();
  environment_["MENTARA_PUSH_PRIVATE_KEY"] = key;
  EXPECT_EQ(run({"config", "check"}), exit_usage);
  EXPECT_THAT(err_, HasSubstr("push.subject"));
  environment_["MENTARA_PUSH_SUBJECT"] = "mailto:operations@example.com";
  EXPECT_EQ(run({"config", "check"}), 0) << err_;
  EXPECT_EQ(run({"config", "print"}), 0);
  EXPECT_THAT(out_, Not(HasSubstr(key)));
  environment_["MENTARA_PUSH_PRIVATE_KEY"] = key.substr(1);
  EXPECT_EQ(run({"config", "check"}), exit_usage);
  EXPECT_THAT(err_, HasSubstr("mentara push-key"));
}

TEST_F(CommandLine, version_and_help_are_asked_for_so_they_go_to_stdout) {
  EXPECT_EQ(run({"--version"}), 0);
  EXPECT_THAT(out_, testing::MatchesRegex("mentara [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("mentara serve --dev"), HasSubstr("Exit codes"), HasSubstr("MENTARA_CONFIG")));
  EXPECT_EQ(run({"serve", "--help"}), 0);
  for (const Option& option : options()) {
    if (!option.flag.empty()) {
      EXPECT_THAT(out_, HasSubstr(std::string(option.flag)));
    }
  }
  EXPECT_FALSE(served_);
  EXPECT_EQ(err_, "");
}

TEST_F(CommandLine, wrong_usage_goes_to_stderr_with_what_was_meant) {
  EXPECT_EQ(run({}), exit_usage);
  EXPECT_EQ(run({"serv"}), exit_usage);
  EXPECT_THAT(err_, HasSubstr("did you mean 'serve'?"));
  EXPECT_EQ(run({"serve", "--prot", "1"}), exit_usage);
  EXPECT_THAT(err_, HasSubstr("did you mean '--port'?"));
  EXPECT_EQ(run({"serve", "--port"}), exit_usage);
  EXPECT_EQ(run({"config"}), exit_usage);
  EXPECT_EQ(run({"serve", "token"}), exit_usage);
  EXPECT_FALSE(served_);
  EXPECT_EQ(out_, "");
}

TEST(ReadEnvironment, values_may_hold_equal_signs) {
  const char* const environment[] = {"A=1", "B=x=y", "C=", "D", nullptr};
  EXPECT_THAT(read_environment(environment), testing::ElementsAre(testing::Pair("A", "1"), testing::Pair("B", "x=y"),
                                                                  testing::Pair("C", ""), testing::Pair("D", "")));
}

} // namespace
} // namespace mentara::cli
