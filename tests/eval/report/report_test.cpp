// The report.
#include "report/report.hpp"

#include <cmath>
#include <cstdlib>
#include <fstream>

#include "catch.hpp"
#include "page/markup.hpp"
#include "report_fixture.hpp"

using namespace udrl::eval;
using namespace udrl::eval::testing;
using udrl::page::testing::is_balanced;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

const std::string& page() {
  static const std::string html = report_html(whole_results(), {24});
  return html;
}

}  // namespace

TEST_CASE("what a model wrote stays text") {
  CHECK(page().find("<script") == std::string::npos);
  CHECK(page().find("<img") == std::string::npos);
  CHECK(page().find("<bdi>&lt;script&gt;alert(1)&lt;/script&gt;") != std::string::npos);
}

TEST_CASE("the page is well formed and asks for nothing from outside") {
  CHECK(is_balanced(page()));
  CHECK(page().find("http://") == std::string::npos);
  CHECK(page().find("https://") == std::string::npos);
  CHECK(page().find("url(") == std::string::npos);
  CHECK(page().find("default-src &#39;none&#39;") != std::string::npos);
}

TEST_CASE("the verdict and its figure come first") {
  const auto verdict = page().find("class=\"verdict FAIL\"");
  REQUIRE(verdict != std::string::npos);
  CHECK(verdict < page().find("<figure"));
  const Results r = whole_results();
  const double ratio = r.shown(r.row("student-top")).ratios.front().halves[Half::elaboration].value.value;
  CHECK(ratio == Approx(0.6).margin(0.03));
  CHECK(page().find("say " + std::to_string(std::lround(100 * ratio)) + "% of what the teacher") != std::string::npos);
  CHECK(page().find("cannot stand in for its teacher: it keeps less to the request and says less about it") !=
        std::string::npos);
}

TEST_CASE("as many answers are shown as asked for, and no more than there are") {
  CHECK(count(page(), "class=\"pair\"") == 24);
  CHECK(count(report_html(whole_results(), {5}), "class=\"pair\"") == 5);
  CHECK(count(report_html(whole_results(), {500}), "class=\"pair\"") == 90);
}

TEST_CASE("the costs of the best of several say what chose it") {
  Results r = whole_results();
  CHECK(page().find("its own critic") == std::string::npos);
  Cost& cost = r.costs.at("student");
  cost.best_of =
      BestOfCost{8, "critic abc", {"its own critic", "linear", "F64", 257, 0, 6000, "abc"}, cost.latency, {}};
  CHECK(report_html(r, {5}).find("best of 8, chosen by its own critic") != std::string::npos);
}

TEST_CASE("every system and every chart is there") {
  for (const char* title : {"udrl student, top return", "Invented-Teacher-0.5B-Instruct Q4_K_M, greedy",
                            "Invented-Baseline-135M-Instruct Q4_1, sampled", "the bare intent, repeated"})
    CHECK(page().find(title) != std::string::npos);
  CHECK(count(page(), "<svg") == 9);  // speed and size by both scorers
  for (const char* title : {"Fluency and variety", "Fluency left after damage", "fluency of an invented reader"})
    CHECK(page().find(title) != std::string::npos);
  CHECK(page().find("nan") == std::string::npos);
}

TEST_CASE("a report without a defined ratio says so") {
  Results r = whole_results();
  set_masked(r.measured[2], 0.1);
  compare(r, compare_options());
  const std::string html = report_html(r, {3});
  CHECK(html.find("No ratio can be given") != std::string::npos);
  CHECK(is_balanced(html));
}

TEST_CASE("a student below the zero is not given a negative share in words") {
  Results r = whole_results();
  set_masked(r.measured[0], 0.05);
  compare(r, compare_options());
  CHECK(report_html(r, {3}).find("no more beyond its words than a phrase that fits everything") != std::string::npos);
}

// A developer's aid: UDRL_REPORT_OUT=file ./test_eval "a report to look at" writes the made-up page.
TEST_CASE("a report to look at") {
  const char* file = std::getenv("UDRL_REPORT_OUT");
  if (file) std::ofstream(file) << page();
  CHECK(page().size() > 10'000);
}
