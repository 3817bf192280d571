// Which drafts go on.
#include "udrl/inference/heat.hpp"

#include <algorithm>
#include <vector>

#include "catch.hpp"

using namespace udrl;
using namespace udrl::inference;

namespace {

/// A draft's worth is its log-probability.
Heat heat(int drafts, int wanted) {
  return {[](const lm::Likelihood& read) { return std::optional(read.log_prob); }, drafts, wanted};
}

/// Side by side, token by token, `at_once` at a time; returns who went on.
std::vector<bool> run(Heat& heat, const std::vector<double>& worth, std::size_t at_once) {
  std::vector<bool> goes_on(worth.size(), true);
  for (std::size_t first = 0; first < worth.size(); first += at_once)
    for (int tokens = 1; tokens <= 2 * Heat::rung; ++tokens)
      for (std::size_t i = first; i < std::min(worth.size(), first + at_once); ++i)
        if (goes_on[i]) goes_on[i] = heat.goes_on(i, {worth[i], tokens});
  return goes_on;
}

const std::vector<double> twelve = {3, 9, 1, 7, 12, 2, 10, 5, 8, 4, 11, 6};

}  // namespace

TEST_CASE("the better quarter of drafts written side by side goes on") {
  Heat all = heat(12, 1);
  const auto goes_on = run(all, twelve, 12);
  for (std::size_t i = 0; i < twelve.size(); ++i) CHECK(goes_on[i] == (twelve[i] > 9));
}

TEST_CASE("twice as many drafts go on as are wanted") {
  Heat all = heat(12, 3);
  const auto goes_on = run(all, twelve, 12);
  for (std::size_t i = 0; i < twelve.size(); ++i) CHECK(goes_on[i] == (twelve[i] > 6));
}

TEST_CASE("where few are written at once each is compared with those before it, and the best always goes on") {
  for (const std::size_t at_once : {std::size_t{1}, std::size_t{4}}) {
    Heat some = heat(12, 1);
    const auto goes_on = run(some, twelve, at_once);
    CHECK(goes_on[4]);
    CHECK(std::count(goes_on.begin(), goes_on.end(), true) >= 3);
    CHECK_FALSE(goes_on[5]);
  }
}

TEST_CASE("equal drafts all go on, and so does one that ends before it is judged") {
  Heat equal = heat(8, 1);
  for (const bool one : run(equal, std::vector<double>(8, 1.0), 8)) CHECK(one);
  Heat all = heat(8, 1);
  CHECK(all.goes_on(0, {-100, Heat::rung - 1}));
}

TEST_CASE("what the critic cannot read goes on") {
  Heat blind([](const lm::Likelihood&) { return std::nullopt; }, 8, 1);
  for (const bool one : run(blind, std::vector<double>(8, 1.0), 8)) CHECK(one);
}
