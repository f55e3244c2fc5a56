#pragma once

#include <functional>
#include <string>
#include <string_view>

// What the nodes of one site tell each other beside what the rooms of Socket.IO carry.
namespace mentara::cluster {

// A message reaches every node that is there, this one too, at most once and in any order. So it may only hint at what
// stands in the store, or be said again. Owned by the home loop.
class NodeBus {
 public:
  virtual ~NodeBus() = default;

  virtual const std::string& node() const = 0; // this one among them; a new one after each start
  virtual bool ready() const = 0;              // false: what is published is lost
  virtual void publish(std::string_view channel, std::string_view bytes) = 0;
  virtual void hear(std::string_view channel, std::function<void(std::string_view bytes)> handler) = 0;
  virtual void on_state(std::function<void(bool ready)> handler) = 0; // each time that it changes
};

// Of a node among the others, what people call it: its name begins with that, and a slash.
inline std::string_view called(std::string_view node) { return node.substr(0, node.find('/')); }

} // namespace mentara::cluster
