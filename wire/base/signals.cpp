#include "wire/base/signals.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "wire/base/log.h"

namespace wire {
namespace {

sigset_t all_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  return set;
}

int opened(int descriptor, const char* what) {
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), what);
  return descriptor;
}

} // namespace

void block_signals() {
  const sigset_t set = all_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Signals::Signals(Handlers handlers) : handlers_(std::move(handlers)) {
  const sigset_t set = all_signals();
  finished_ = opened(eventfd(0, EFD_CLOEXEC), "eventfd");
  signals_ = opened(signalfd(-1, &set, SFD_CLOEXEC), "signalfd");
  thread_ = std::thread([this] { wait(); });
}

Signals::~Signals() {
  eventfd_write(finished_, 1);
  thread_.join();
  close(signals_);
  close(finished_);
}

void Signals::wait() {
  for (bool stopping = false;;) {
    pollfd waiting[] = {{finished_, POLLIN, 0}, {signals_, POLLIN, 0}};
    if (poll(waiting, 2, -1) < 0) continue; // EINTR
    if (waiting[0].revents) return;
    signalfd_siginfo signal;
    if (read(signals_, &signal, sizeof signal) != sizeof signal) continue;
    if (signal.ssi_signo == SIGHUP && handlers_.reload) {
      handlers_.reload();
      continue;
    }
    if (std::exchange(stopping, true)) {
      log(LogLevel::warn, "asked to stop a second time: ending at once");
      _exit(128 + static_cast<int>(signal.ssi_signo));
    }
    log(LogLevel::info, "asked to stop", {{"signal", sigabbrev_np(static_cast<int>(signal.ssi_signo))}});
    handlers_.stop();
  }
}

} // namespace wire
