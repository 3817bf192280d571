// Ticks, and charts of what is hard to draw.
#include "udrl/page/chart.hpp"

#include <cmath>

#include "catch.hpp"
#include "markup.hpp"

using namespace udrl::page;
using udrl::page::testing::is_balanced;

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

TEST_CASE("curves and squares are drawn as far as there are figures") {
  CHECK(lines_chart({}, {}).markup().empty());
  CHECK(matrix_chart({}, {}, "nothing").markup().empty());
  const Html curves = lines_chart({{"one", "student", {{2, 0.1}, {4, 0.3}}}, {"two", "model dashed", {{2, 0}, {4, 0}}}},
                                  {"draws", "gain", {2, 4}, true, false});
  CHECK(is_balanced(curves.markup()));
  CHECK(curves.markup().find("nan") == std::string::npos);
  const Html square = matrix_chart({"a", "b"}, {{std::nan(""), -0.5}, {-0.5, std::nan("")}}, "agreement");
  CHECK(is_balanced(square.markup()));
  CHECK(square.markup().find("−0.50") != std::string::npos);
  CHECK(square.markup().find("nan") == std::string::npos);
}

TEST_CASE("a map of counts has a cell for each that is not empty, the fullest the darkest") {
  const CellMap map{12, 2, {{1, 0, 4, "four"}, {12, 1, 1, "one"}}};
  const std::string drawn = map_chart(map, "words", "counts").markup();
  CHECK(drawn.find("<title>four</title>") != std::string::npos);
  CHECK(drawn.find("fill-opacity=\"1.00\"") < drawn.find("fill-opacity=\"0.57\""));  // 0.15 + 0.85 / 2
  CHECK(drawn.find(">10</text>") != std::string::npos);
  CHECK_NOTHROW(map_chart({0, 0, {}}, "words", "nothing"));
}
