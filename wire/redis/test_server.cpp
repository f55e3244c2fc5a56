#include "wire/redis/test_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

#include "wire/base/check.h"
#include "wire/base/time.h"

namespace wire::redis::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  check(::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0, "bind");
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

} // namespace

RedisServer::RedisServer(std::vector<std::string> arguments) : arguments_(std::move(arguments)), port_(free_port()) {
  start();
}

RedisServer RedisServer::with_tls(const std::string& certificate, const std::string& key) {
  return RedisServer({"--port", "0", "--tls-port", "PORT", "--tls-cert-file", certificate, "--tls-key-file", key,
                      "--tls-ca-cert-file", certificate, "--tls-auth-clients", "no"});
}

RedisServer::~RedisServer() {
  if (pid_ > 0) kill();
}

void RedisServer::start() {
  std::vector<std::string> arguments = {"redis-server"};
  arguments.insert(arguments.end(), arguments_.begin(), arguments_.end());
  for (const char* more : {"--bind", "127.0.0.1", "--save", "", "--appendonly", "no"}) arguments.emplace_back(more);
  if (arguments_.empty()) arguments.insert(arguments.end(), {"--port", "PORT"});
  std::vector<char*> words;
  for (std::string& argument : arguments) {
    if (argument == "PORT") argument = std::to_string(port_);
    words.push_back(argument.data());
  }
  words.push_back(nullptr);
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // nothing is left behind by a test that crashes
    if (::getppid() != parent) ::_exit(1);
    const int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, 1);
    ::execvp("redis-server", words.data());
    ::_exit(127);
  }
  wait_until_it_answers();
}

void RedisServer::wait_until_it_answers() const {
  const sockaddr_in address = loopback(port_);
  for (const TimePoint end = Clock::now() + seconds(20); Clock::now() < end; ::usleep(5000)) {
    check(::waitpid(pid_, nullptr, WNOHANG) == 0, "redis-server cannot be started (scripts/setup test installs it)");
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool answers = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    if (answers) return;
  }
  check(false, "redis-server does not answer");
}

void RedisServer::kill() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}
void RedisServer::freeze() { ::kill(pid_, SIGSTOP); }
void RedisServer::thaw() { ::kill(pid_, SIGCONT); }

} // namespace wire::redis::test
