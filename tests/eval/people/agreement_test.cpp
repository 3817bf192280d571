// Agreement beyond chance, against tables that are known.
#include "people/agreement.hpp"

#include <cmath>

#include "catch.hpp"

using namespace udrl::eval;

TEST_CASE("Cohen's kappa of a known table") {
  std::vector<std::pair<int, int>> both;  // 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: 0.4
  for (const auto& [first, second, n] : std::vector<std::array<int, 3>>{{1, 1, 20}, {1, 0, 5}, {0, 1, 10}, {0, 0, 15}})
    both.insert(both.end(), static_cast<std::size_t>(n), {first, second});
  CHECK(cohens_kappa(both) == Approx(0.4));
}

TEST_CASE("kappa is 1 for the same, below 0 for the opposite, and undefined where chance alone agrees") {
  CHECK(cohens_kappa(std::vector<std::pair<int, int>>{{0, 0}, {1, 1}, {2, 2}}) == Approx(1));
  CHECK(cohens_kappa(std::vector<std::pair<int, int>>{{0, 1}, {1, 0}}) == Approx(-1));
  CHECK(std::isnan(cohens_kappa(std::vector<std::pair<int, int>>{{1, 1}, {1, 1}})));
  for (std::size_t n = 1; n < 100; ++n) CHECK(std::isnan(cohens_kappa(std::vector<std::pair<int, int>>(n, {1, 1}))));
  CHECK(std::isnan(cohens_kappa({})));
}

TEST_CASE("Krippendorff's alpha of his own example") {
  // Krippendorff (2011), "Computing Krippendorff's alpha-reliability", section C: four observers, twelve units, gaps.
  const std::vector<std::vector<int>> units = {{1, 1, 1},    {2, 2, 3, 2}, {3, 3, 3, 3}, {3, 3, 3, 3},
                                               {2, 2, 2, 2}, {1, 2, 3, 4}, {4, 4, 4, 4}, {1, 1, 2, 1},
                                               {2, 2, 2, 2}, {5, 5, 5},    {1, 1},       {3}};
  CHECK(krippendorffs_alpha(units) == Approx(0.743).margin(0.001));
  CHECK(std::isnan(krippendorffs_alpha({{1}, {2}})));
}
