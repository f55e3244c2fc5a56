#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "wire/base/time.h"
#include "wire/base/unique_function.h"

namespace mentara::cluster {

// What this node asked all others and waits for: a number of each, which are added up. Who does not answer is named;
// nobody is waited for beyond a deadline. Pure. Owned by the home loop.
class Gathering {
 public:
  struct Sum {
    std::size_t number = 0;
    std::vector<std::string> missing{}; // nodes that did not answer
  };
  using Handler = wire::UniqueFunction<void(Sum)>;

  // `own` begins the sum. Without others the answer is there at once, as it is when nobody hears the question.
  std::string begin(std::size_t own, std::vector<std::string> others, bool heard, wire::TimePoint deadline,
                    Handler handler);
  void on_answer(const std::string& request, const std::string& node, std::size_t number);
  void on_node_lost(const std::string& node); // it will not answer any more
  void on_time(wire::TimePoint now);

  std::size_t waiting() const { return pending_.size(); }
  wire::TimePoint next() const; // when on_time() is due; while any is waiting

 private:
  struct Pending {
    Sum sum;
    std::set<std::string> awaited;
    wire::TimePoint deadline;
    Handler handler;
  };
  void finish(const std::string& request);

  std::unordered_map<std::string, Pending> pending_;
};

} // namespace mentara::cluster
