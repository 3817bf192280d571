// Figures as people read them.
#include "udrl/page/figures.hpp"

#include <limits>

#include "catch.hpp"

using namespace udrl;

namespace {

struct Figure {
  double value, low, high;
};
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("a figure stands before its range, and a dash where there is none") {
  CHECK(page::with_range(Figure{0.523, 0.512, 0.561}) == "0.523 (0.512 to 0.561)");
  CHECK(page::with_range(Figure{-0.5, -0.61, -0.4}, 1) == "−0.5 (−0.6 to −0.4)");
  CHECK(page::with_range(Figure{undefined, undefined, undefined}) == "– (–)");
}

TEST_CASE("one has no plural") {
  CHECK(page::plural(1, "subject") == "1 subject");
  CHECK(page::plural(std::size_t{3}, "subject") == "3 subjects");
}
