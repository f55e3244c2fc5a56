#include "mentara/config/suggestion.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace mentara {
namespace {

// Levenshtein: how many letters must be put in, taken out or exchanged.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t exchanged = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({exchanged, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string_view last_part(std::string_view name) { return name.substr(name.find_last_of("._") + 1); }

// The words as they would be with the section left out: PORT of MENTARA_PORT ends MENTARA_SERVER_PORT.
bool lacks_only_the_section(std::string_view written, std::string_view word) {
  const std::string_view last = last_part(written);
  return last.size() >= 3 && word.size() > written.size() && word.ends_with(last) && last_part(word) == last;
}

} // namespace

std::string suggest(std::string_view written, const std::vector<std::string>& words) {
  constexpr std::size_t written_max = 64; // the comparison takes quadratic time
  if (written.size() > written_max) return {};
  const std::size_t close = std::max<std::size_t>(2, written.size() / 5);
  const std::string* best = nullptr;
  std::size_t best_distance = close + 1;
  for (const std::string& word : words) {
    if (const std::size_t d = distance(written, word); d < best_distance) {
      best = &word;
      best_distance = d;
    }
  }
  if (!best) {
    const auto found = std::find_if(words.begin(), words.end(),
                                    [&](const std::string& word) { return lacks_only_the_section(written, word); });
    if (found != words.end()) best = &*found;
  }
  return best ? "; did you mean '" + *best + "'?" : std::string();
}

} // namespace mentara
