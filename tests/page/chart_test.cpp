// Ticks, and charts of what is hard to draw.
#include "udrl/page/chart.hpp"

#include <cmath>

#include "catch.hpp"

using namespace udrl::page;

TEST_CASE("ticks are round numbers inside the range") {
  const auto near = [](const std::vector<double>& got, const std::vector<double>& wanted) {
    REQUIRE(got.size() == wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == Approx(wanted[i]).margin(1e-9));
  };
  near(linear_ticks(0, 1, 5), {0, 0.2, 0.4, 0.6, 0.8, 1});
  near(linear_ticks(0, 43, 5), {0, 10, 20, 30, 40});
  near(log_ticks(0.02, 1.5), {0.02, 0.05, 0.1, 0.2, 0.5, 1});
  near(log_ticks(2e6, 1e9), {1e7, 1e8, 1e9});
}

TEST_CASE("charts of nothing and of equal values are drawn without fault") {
  CHECK(scatter_chart({}, {"x", "y", {}}).markup().empty());
  CHECK(words_chart({}).markup().empty());
  const Mark flat{"flat", "model", 0, 0, 0};
  const std::string svg = interval_chart({flat}, std::nan(""), "x").markup();
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("inf") == std::string::npos);
}
