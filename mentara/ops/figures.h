#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What a server counts and measures, for who operates it: gathered as data, shown as Prometheus text or as JSON.
namespace mentara::ops {

using Labels = std::vector<std::pair<std::string_view, std::string>>;

// How many of something were at most so large, by growing bounds; behind the last bound those that were larger.
struct Buckets {
  std::span<const double> bounds; // constants
  std::vector<double> counts;     // one more than there are bounds
};

struct Figure {
  Labels labels;
  double value = 0;              // of a histogram: the sum
  std::vector<double> buckets{}; // of a histogram
};

struct Family {
  enum class Kind { counter, gauge, histogram };
  std::string_view name; // "mentara_sockets"; a constant
  Kind kind;
  std::string_view help;
  std::vector<Figure> figures;
  std::span<const double> bounds{}; // of a histogram
};

class Figures {
 public:
  void count(std::string_view name, std::string_view help, double value, Labels labels = {}) {
    add(name, Family::Kind::counter, help, value, std::move(labels));
  }
  void gauge(std::string_view name, std::string_view help, double value, Labels labels = {}) {
    add(name, Family::Kind::gauge, help, value, std::move(labels));
  }
  void histogram(std::string_view name, std::string_view help, double sum, Buckets buckets, Labels labels = {});
  // Those of another loop. Figures with the same name and labels are added up.
  void add(const Figures& other);

  const std::vector<Family>& families() const { return families_; }

 private:
  Family& family(std::string_view name, Family::Kind kind, std::string_view help);
  void add(std::string_view name, Family::Kind kind, std::string_view help, double value, Labels labels);
  static void add(Family& family, Figure figure);

  std::vector<Family> families_;
};

// The text format of Prometheus, version 0.0.4.
std::string to_prometheus(const Figures& figures);
// {"mentara_sockets": [{"labels": {"nsp": "/messaging"}, "value": 3}], …}; a histogram's have "sum", "count" and
// "buckets", a list of {"le", "count"} as Prometheus counts them.
std::string to_json(const Figures& figures);

} // namespace mentara::ops
