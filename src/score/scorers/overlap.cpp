// What two texts have in common, in words and stems.
#include "overlap.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "udrl/data/text.hpp"

namespace udrl::score {

double share_of_stems(std::string_view intent, std::string_view answer) {
  const std::vector<std::string> wanted = data::content_stems(intent);
  if (wanted.empty()) return 0;
  const std::vector<std::string> stems = data::content_stems(answer);
  const std::set<std::string> there(stems.begin(), stems.end());
  const auto found = std::count_if(wanted.begin(), wanted.end(), [&](const auto& s) { return there.contains(s); });
  return static_cast<double>(found) / static_cast<double>(wanted.size());
}

int longest_shared_run(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  // run[j]: length of the longest run that ends at a[i-1] and b[j-1]; walked backwards, one row is enough.
  std::vector<int> run(b.size() + 1, 0);
  int longest = 0;
  for (const std::string& word : a) {
    for (std::size_t j = b.size(); j > 0; --j) {
      run[j] = word == b[j - 1] ? run[j - 1] + 1 : 0;
      longest = std::max(longest, run[j]);
    }
  }
  return longest;
}

double share_of_repeated_bigrams(const std::vector<std::string>& words) {
  if (words.size() < 2) return 0;
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (std::size_t i = 1; i < words.size(); ++i) seen.emplace(words[i - 1], words[i]);
  const auto all = static_cast<double>(words.size() - 1);
  return (all - static_cast<double>(seen.size())) / all;
}

}  // namespace udrl::score
