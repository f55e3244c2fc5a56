#include "mentara/cli/development.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "mentara/cli/make_token.h"
#include "wire/base/random.h"

namespace mentara::cli {
namespace {

constexpr std::size_t secret_chars = 64; // 32 bytes in hexadecimal; enough for HS512 as well

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw std::runtime_error(path + " " + what);
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string make_secret() {
  std::array<unsigned char, secret_chars / 2> bytes;
  wire::fill_random(bytes);
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (unsigned char byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

// Empty: there is no such file.
std::string read_secret(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (file.get() < 0) {
    if (errno == ENOENT) return {};
    fail(path, std::string("cannot be read: ") + std::strerror(errno));
  }
  struct stat status {};
  if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) fail(path, "is not a file");
  if (status.st_mode & (S_IRWXG | S_IRWXO)) fail(path, "can be read by others; delete it, and a new one is made");
  std::string text(secret_chars, '\0');
  if (read(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    fail(path, "holds no secret; delete it, and a new one is made");
  }
  return text;
}

// Written under another name first, so that nobody who starts at the same moment can find half a secret.
void write_secret(const std::string& path, const std::string& secret) {
  const std::string draft = path + "." + std::to_string(getpid());
  unlink(draft.c_str()); // of a process that died here
  const Descriptor file(open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (file.get() < 0) fail(draft, std::string("cannot be made: ") + std::strerror(errno));
  bool made = write(file.get(), secret.data(), secret.size()) == static_cast<ssize_t>(secret.size());
  made = made && (link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST); // the first one's secret holds
  const int error = errno;
  unlink(draft.c_str());
  if (!made) fail(path, std::string("cannot be written: ") + std::strerror(error));
}

std::string url_of(const Config& config) {
  std::string host = config.server.host;
  if (host == "0.0.0.0" || host == "::") host = "localhost";
  if (host.find(':') != host.npos) host = "[" + host + "]";
  return (config.tls.is_on() ? "https://" : "http://") + host + ":" + std::to_string(config.server.port);
}

} // namespace

std::string development_secret(const Config& config) {
  const std::filesystem::path directory = config.data_directory;
  std::error_code error;
  if (std::filesystem::create_directories(directory, error)) {
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  }
  if (error) fail(directory.string(), "cannot be made: " + error.message());
  const std::string path = (directory / "dev-jwt-secret").string();
  std::string secret = read_secret(path);
  if (secret.empty()) {
    write_secret(path, make_secret());
    secret = read_secret(path);
    if (secret.empty()) fail(path, "was made and is gone again");
  }
  return secret;
}

std::string development_greeting(const Config& config, const WallClock& clock) {
  const auto token = [&](const char* subject, const char* name) {
    auto made = make_token({.subject = subject, .name = name}, default_ttl(config.auth), config.auth, clock.now());
    if (!made) throw std::runtime_error("cannot make a token: " + std::string(auth::to_string(made.error())));
    return *made;
  };
  const std::string alice = token("alice", "Alice");
  const std::string bob = token("bob", "Bob");
  const std::string command = "node -e 'require(\"socket.io-client\").io(\"" + url_of(config) +
                              "/messaging\", { auth: { token: \"" + alice + "\" } }).onAny(console.log)'";
  return "Development: the pages of localhost may connect, and so may these two.\n\nalice  " + alice + "\nbob    " +
         bob + "\n\nConnect as Alice, in another terminal:\n  npm install socket.io-client\n  " + command + "\n\n";
}

} // namespace mentara::cli
