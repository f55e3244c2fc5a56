#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "wire/base/signals.h"
#include "wire/base/time.h"

// What the examples share: reading `--name value`, and ending on a signal.
namespace examples {

class Flags {
 public:
  Flags(int argc, char** argv, const char* usage) : argc_(argc), argv_(argv) {
    for (int i = 1; i < argc; ++i) {
      if (std::strcmp(argv[i], "--help") == 0) {
        std::printf("%s\n", usage);
        std::exit(0);
      }
      if (std::strncmp(argv[i], "--", 2) != 0 || i + 1 == argc) {
        std::fprintf(stderr, "%s: a flag without a value, or not a flag\n%s\n", argv[i], usage);
        std::exit(2);
      }
      ++i;
    }
  }

  std::string text(std::string_view name, std::string otherwise) const {
    for (int i = 1; i + 1 < argc_; i += 2) {
      if (std::string_view(argv_[i]).substr(2) == name) return argv_[i + 1];
    }
    return otherwise;
  }
  long number(std::string_view name, long otherwise) const {
    const std::string found = text(name, "");
    return found.empty() ? otherwise : std::strtol(found.c_str(), nullptr, 10);
  }
  wire::Duration ms(std::string_view name, wire::Duration otherwise) const {
    const long found = number(name, -1);
    return found < 0 ? otherwise : wire::milliseconds(found);
  }

 private:
  int argc_;
  char** argv_;
};

template <class Node>
int serve(Node& node, long port) {
  // As Node does: both kinds of addresses, since "localhost" may be either; IPv4 alone where there is no IPv6.
  auto bound = node.listen("::", static_cast<std::uint16_t>(port));
  if (!bound) bound = node.listen("0.0.0.0", static_cast<std::uint16_t>(port));
  if (!bound) {
    std::fprintf(stderr, "%s\n", bound.error().text.c_str());
    return 1;
  }
  std::printf("listening on port %d\n", *bound);
  std::fflush(stdout);
  wire::block_signals();
  const wire::Signals signals({[&node] { node.stop(); }});
  node.run();
  return 0;
}

} // namespace examples
