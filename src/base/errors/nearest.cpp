// Which known word a misspelt one most likely meant.
#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"

namespace udrl {
namespace {

std::string folded(std::string word) {
  for (char& c : word) c = c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return word;
}

/// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({replaced, d[i - 1][j] + 1, d[i][j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

/// "slots" for "model.slots": the name without its table.
std::string last_part(const std::string& name) { return name.substr(name.rfind('.') + 1); }

bool is_part_of(const std::string& word, const std::string& candidate) {
  return word.size() >= 3 && (candidate.rfind(word, 0) == 0 || last_part(candidate) == last_part(word));
}

}  // namespace

std::string nearest(const std::string& word, const std::vector<std::string>& candidates) {
  const std::string sought = folded(word);
  std::string best, part;
  std::size_t best_distance = std::max<std::size_t>(1, sought.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    const std::string known = folded(candidate);
    const std::size_t distance = edit_distance(sought, known);
    const bool all_differs = distance >= std::max(sought.size(), known.size());
    if (distance < best_distance && !all_differs) {
      best_distance = distance;
      best = candidate;
    }
    if (part.empty() && is_part_of(sought, known)) part = candidate;
  }
  return best.empty() ? part : best;
}

}  // namespace udrl
