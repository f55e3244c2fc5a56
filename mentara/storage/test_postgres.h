#pragma once

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <thread>
#include <vector>

#include "mentara/storage/postgres.h"
#include "mentara/storage/test_support.h"
#include "wire/base/check.h"

namespace mentara::storage {

// For tests: a PostgreSQL server of this process alone, in a folder of its own, which ends with it. It trusts whoever
// can reach its socket, and does not wait for the disk unless asked to.
class TestPostgres {
 public:
  // The one that tests share; started when the first of them needs it.
  static TestPostgres& shared() {
    static TestPostgres server;
    return server;
  }

  TestPostgres() {
    if (::geteuid() == 0) { // which PostgreSQL refuses to run as
      const passwd* user = ::getpwnam("postgres");
      if (!user) user = ::getpwnam("nobody");
      wire::check(user && ::chown(directory_.path().c_str(), user->pw_uid, user->pw_gid) == 0,
                  "there is a user for it");
      user_ = user->pw_uid;
      group_ = user->pw_gid;
    }
    const pid_t made = spawn({tool("initdb"), "-D", data(), "-U", "test", "-A", "trust", "-E", "UTF8", "--no-sync",
                              "--no-locale", "--no-instructions"});
    int status = 0;
    wire::check(::waitpid(made, &status, 0) == made && status == 0, "initdb makes a cluster");
    start();
  }
  ~TestPostgres() { stop(SIGQUIT); }
  TestPostgres(const TestPostgres&) = delete;
  TestPostgres& operator=(const TestPostgres&) = delete;

  void start() {
    server_ = spawn({tool("postgres"),
                     "-D",
                     data(),
                     "-k",
                     directory_.path(),
                     "-c",
                     "listen_addresses=",
                     "-c",
                     "fsync=off",
                     "-c",
                     "full_page_writes=off",
                     "-c",
                     "max_connections=50",
                     "-c",
                     "shared_buffers=16MB",
                     "-c",
                     "autovacuum=off",
                     "-c",
                     "wal_level=minimal",
                     "-c",
                     "max_wal_senders=0"});
    for (int i = 0; i < 1000; ++i) {
      try {
        const postgres::Database answers({.url = url()});
        return;
      } catch (const sql::Error&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
    }
    wire::check(false, "PostgreSQL starts within ten seconds");
  }
  // SIGINT: fast, connections are cut; SIGQUIT: immediate, as after a crash.
  void stop(int signal) {
    if (server_ == 0) return;
    ::kill(server_, signal);
    ::waitpid(server_, nullptr, 0);
    server_ = 0;
  }

  std::string url(const std::string& schema = "public") const {
    return "postgres://test@/postgres?host=" + directory_.path() + "&options=-csearch_path%3D" + schema;
  }

 private:
  std::string data() const { return directory_.path() + "/data"; }

  // Debian keeps them beside those of other versions.
  static std::string tool(const std::string& name) {
    std::vector<std::string> found;
    std::error_code none;
    for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
      const std::string path = version.path().string() + "/bin/" + name;
      if (std::filesystem::exists(path)) found.push_back(path);
    }
    wire::check(!found.empty(), "the package postgresql is installed (scripts/packages.txt)");
    return *std::max_element(found.begin(), found.end());
  }

  pid_t spawn(std::initializer_list<std::string> words) const {
    const pid_t child = ::fork();
    wire::check(child >= 0, "a process can be made");
    if (child != 0) return child;
    if (user_ != 0 && (::setgroups(0, nullptr) != 0 || ::setgid(group_) != 0 || ::setuid(user_) != 0)) ::_exit(1);
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (::chdir(directory_.path().c_str()) != 0) ::_exit(1);
    const int output = ::open("output", O_WRONLY | O_CREAT | O_APPEND, 0644);
    ::dup2(output, 1);
    ::dup2(output, 2);
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execv(arguments.front(), arguments.data());
    ::_exit(1);
  }

  TempDirectory directory_;
  uid_t user_ = 0;
  gid_t group_ = 0;
  pid_t server_ = 0;
};

} // namespace mentara::storage
