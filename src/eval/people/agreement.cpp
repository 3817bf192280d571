// Coefficients of agreement.
#include "agreement.hpp"

#include <limits>
#include <map>

namespace udrl::eval {
namespace {

/// NaN where 0 is divided by 0.
double corrected(double observed, double expected) {
  return expected < 1 ? (observed - expected) / (1 - expected) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

double cohens_kappa(std::span<const std::pair<int, int>> both) {
  if (both.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double n = static_cast<double>(both.size());
  double same = 0, by_chance = 0;  // whole numbers: shares would be rounded, and what is certain a little less than 1
  std::map<int, double> first, second;
  for (const auto& [one, other] : both) {
    same += one == other ? 1 : 0;
    ++first[one];
    ++second[other];
  }
  for (const auto& [category, count] : first)
    if (const auto found = second.find(category); found != second.end()) by_chance += count * found->second;
  return corrected(same / n, by_chance / (n * n));
}

double krippendorffs_alpha(const std::vector<std::vector<int>>& ratings) {
  double pairable = 0, same = 0;  // pairs of ratings of one thing, each thing weighing as its ratings
  std::map<int, double> counts;
  for (const std::vector<int>& of_one : ratings) {
    if (of_one.size() < 2) continue;
    const double m = static_cast<double>(of_one.size());
    std::map<int, double> here;
    for (const int category : of_one) ++here[category], ++counts[category];
    for (const auto& [category, n] : here) same += n * (n - 1) / (m - 1);
    pairable += m;
  }
  if (pairable == 0) return std::numeric_limits<double>::quiet_NaN();
  double by_chance = 0;
  for (const auto& [category, n] : counts) by_chance += n * (n - 1) / (pairable * (pairable - 1));
  return corrected(same / pairable, by_chance);
}

}  // namespace udrl::eval
