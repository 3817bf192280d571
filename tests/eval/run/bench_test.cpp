// A hidden benchmark ([.bench]): all figures of a large made-up evaluation. Not for: correctness.
//
//     build/release/tests/eval/test_eval "[.bench]"
#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>

#include "catch.hpp"
#include "eval/fixtures.hpp"

using namespace udrl::eval;
using namespace udrl::eval::testing;

TEST_CASE("comparing ten systems on three thousand intents", "[.bench]") {
  constexpr std::size_t intents = 3000, per_subject = 3, systems = 10;
  Results r;
  r.set = case_set(intents / per_subject, per_subject);
  r.scorers = {scorers()[1]};
  for (std::size_t i = 0; i < systems; ++i) {
    const RowKind kind = i < 2 ? RowKind::student : i + 1 < systems ? RowKind::model : RowKind::control;
    const std::string name = i == 0 ? "student-top" : i == 1 ? "student-lowest" : "system-" + std::to_string(i);
    r.measured.push_back(
        measured_row(r.set, row(i + 1 < systems ? name : shuffled_row, kind), 0.2 + 0.03 * static_cast<double>(i)));
  }
  const auto begin = std::chrono::steady_clock::now();
  compare(r, {10'000, 1, 0.95, 0.94, 12, "system-2", "system-3"});
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  std::cout << "comparison: " << r.set.cases.size() << " cases, " << r.measured.size() << " systems, 10000 draws in "
            << taken.count() << " s\n";
  const udrl::score::Resamples resamples = udrl::score::draw_resamples(intents / per_subject, 10'000, 1);
  const auto again = std::chrono::steady_clock::now();
  std::size_t finite = 0;
  for (const MeasuredRow& row : r.measured) {
    std::vector<double> values;
    std::vector<std::size_t> clusters;
    for (std::size_t i = 0; i < row.answers.size(); i += 2) {  // one task: an intent a case
      values.push_back(row.answers[i].relevance[0].masked);
      clusters.push_back(r.set.cases[i].cluster);
    }
    const auto means =
        udrl::score::resampled_means(udrl::score::make_column(values, clusters, resamples.clusters), resamples);
    finite +=
        static_cast<std::size_t>(std::count_if(means.begin(), means.end(), [](double x) { return std::isfinite(x); }));
  }
  const std::chrono::duration<double> bootstrap = std::chrono::steady_clock::now() - again;
  std::cout << "bootstrap: " << finite / 10'000 << " systems in " << bootstrap.count() << " s\n";
  CHECK(finite == systems * 10'000);
}
