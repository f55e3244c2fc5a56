#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What a server counts and measures, for who operates it: gathered as data, shown as Prometheus text or as JSON.
namespace mentara::ops {

using Labels = std::vector<std::pair<std::string_view, std::string>>;

struct Figure {
  Labels labels;
  double value = 0;
};

struct Family {
  enum class Kind { counter, gauge };
  std::string_view name; // "mentara_sockets"; a constant
  Kind kind;
  std::string_view help;
  std::vector<Figure> figures;
};

class Figures {
 public:
  void count(std::string_view name, std::string_view help, double value, Labels labels = {}) {
    add(name, Family::Kind::counter, help, value, std::move(labels));
  }
  void gauge(std::string_view name, std::string_view help, double value, Labels labels = {}) {
    add(name, Family::Kind::gauge, help, value, std::move(labels));
  }
  // Those of another loop. Figures with the same name and labels are added up.
  void add(const Figures& other);

  const std::vector<Family>& families() const { return families_; }

 private:
  void add(std::string_view name, Family::Kind kind, std::string_view help, double value, Labels labels);

  std::vector<Family> families_;
};

// The text format of Prometheus, version 0.0.4.
std::string to_prometheus(const Figures& figures);
// {"mentara_sockets": [{"labels": {"nsp": "/messaging"}, "value": 3}], …}
std::string to_json(const Figures& figures);

} // namespace mentara::ops
