#pragma once

#include <memory>

#include "mentara/config/config.h"

namespace mentara {

// The composition root: builds every part in order and joins them. The only file that names a concrete store and
// adapter.
class Application {
 public:
  // Opens the database and the ports. Throws std::runtime_error with one sentence for the person at the terminal.
  explicit Application(const Config& config);
  ~Application();
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  void run();    // until stop()
  void stop();   // any thread; more than once is harmless
  void reload(); // any thread: reads the files with keys and the certificate again

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

} // namespace mentara
