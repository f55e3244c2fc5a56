#include "mentara/ops/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace mentara::ops {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct DoctorTest : testing::Test {
  DoctorTest() {
    config.auth.secret = std::string(32, 'k');
    config.auth.max_lifetime = 1h;
    config.cors.origins = {"https://app.example.com"};
  }
  // What is said of `about`.
  Finding finding(const std::string& about) const {
    for (const Finding& one : examine(machine, config)) {
      if (one.text.starts_with(about + ":")) return one;
    }
    return {Finding::Kind::good, "nothing"};
  }

  Config config;
  Machine machine{.descriptors = 65'536,
                  .descriptors_hard = 1'000'000,
                  .somaxconn = 4096,
                  .syn_backlog = 4096,
                  .cores = 4,
                  .fsync = 500us,
                  .clock_synchronized = true,
                  .free_bytes = 1ULL << 40};
};

TEST_F(DoctorTest, a_good_machine_with_a_good_configuration_is_only_praised) {
  for (const Finding& one : examine(machine, config)) EXPECT_EQ(one.kind, Finding::Kind::good) << one.text;
  EXPECT_THAT(finding("disk").text, HasSubstr("500 µs"));
  EXPECT_THAT(finding("disk").text, HasSubstr("2000 commits a second"));
}

TEST_F(DoctorTest, D1_few_descriptors_are_told_with_what_they_mean_and_how_there_are_more) {
  machine.descriptors = 1024;
  EXPECT_EQ(finding("descriptors").kind, Finding::Kind::note);
  EXPECT_THAT(finding("descriptors").text, HasSubstr("up to 768 connections"));
  EXPECT_THAT(finding("descriptors").text, HasSubstr("ulimit -n 65536"));
  machine.descriptors_hard = 4096;
  EXPECT_THAT(finding("descriptors").text, HasSubstr("LimitNOFILE=65536"));
  machine.descriptors = 65'535;
  EXPECT_EQ(finding("descriptors").kind, Finding::Kind::note);
}

TEST_F(DoctorTest, short_queues_name_the_setting) {
  machine.somaxconn = 4095;
  EXPECT_EQ(finding("somaxconn").kind, Finding::Kind::note);
  EXPECT_THAT(finding("somaxconn").text, HasSubstr("net.core.somaxconn=4096"));
  machine.syn_backlog.reset();
  EXPECT_EQ(finding("tcp_max_syn_backlog").kind, Finding::Kind::note);
}

TEST_F(DoctorTest, a_slow_disk_is_a_note_and_one_that_cannot_be_written_is_bad) {
  machine.fsync = 20ms;
  EXPECT_EQ(finding("disk").kind, Finding::Kind::note);
  machine.fsync.reset();
  machine.fsync_error = "Read-only file system";
  EXPECT_EQ(finding("data directory").kind, Finding::Kind::bad);
  EXPECT_THAT(finding("data directory").text, HasSubstr("Read-only file system"));
}

TEST_F(DoctorTest, what_the_configuration_lacks_is_told) {
  config.auth = {};
  config.cors.origins.clear();
  config.server.threads = 5;
  machine.clock_synchronized = false;
  EXPECT_EQ(finding("tokens").kind, Finding::Kind::bad);
  EXPECT_EQ(finding("origins").kind, Finding::Kind::note);
  EXPECT_EQ(finding("loops").kind, Finding::Kind::note);
  EXPECT_EQ(finding("clock").kind, Finding::Kind::note);
}

TEST_F(DoctorTest, O2_a_certificate_is_praised_until_it_is_to_be_renewed) {
  constexpr std::int64_t day = 86'400;
  EXPECT_EQ(finding("tls").text, "nothing") << "it is off";
  config.tls = {.certificate = "/etc/mentara/tls.crt", .key = "/etc/mentara/tls.key"};
  machine.tls_expires_in = 21 * day;
  EXPECT_EQ(finding("tls").kind, Finding::Kind::good);
  EXPECT_THAT(finding("tls").text, HasSubstr("/etc/mentara/tls.crt and its key fit, for another 21 days"));
  machine.tls_expires_in = 21 * day - 1;
  EXPECT_EQ(finding("tls").kind, Finding::Kind::note);
  machine.tls_expires_in = 1;
  EXPECT_EQ(finding("tls").kind, Finding::Kind::note);
  machine.tls_expires_in = 0;
  EXPECT_EQ(finding("tls").kind, Finding::Kind::bad);
  machine.tls_expires_in = -3 * day;
  EXPECT_THAT(finding("tls").text, HasSubstr("ended 3 days ago"));
  machine.tls_error = "tls.key: is not the key of the certificate";
  EXPECT_EQ(finding("tls").kind, Finding::Kind::bad);
  EXPECT_THAT(finding("tls").text, HasSubstr("is not the key"));
}

TEST_F(DoctorTest, O2_opens_the_certificate_that_is_configured) {
  config.data_directory = testing::TempDir();
  config.tls = {.certificate = testing::TempDir() + "no-such.crt", .key = testing::TempDir() + "no-such.key"};
  const Machine here = look_at_machine(config);
  EXPECT_THAT(here.tls_error, HasSubstr("no-such"));
  EXPECT_FALSE(here.tls_expires_in);
}

TEST_F(DoctorTest, looks_at_this_machine_and_leaves_nothing_behind) {
  const std::string directory = testing::TempDir() + "doctor-test";
  std::filesystem::create_directories(directory);
  config.data_directory = directory;
  const Machine here = look_at_machine(config);
  EXPECT_TRUE(here.fsync) << here.fsync_error;
  EXPECT_GT(here.descriptors, 0u);
  EXPECT_TRUE(std::filesystem::is_empty(directory));
  config.data_directory = directory + "/not/yet";
  EXPECT_TRUE(look_at_machine(config).fsync) << "the directory above is on the same disk";
  EXPECT_FALSE(std::filesystem::exists(directory + "/not"));
  std::filesystem::remove_all(directory);
}

} // namespace
} // namespace mentara::ops
