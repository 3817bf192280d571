// The report and its charts.
#include "udrl/eval/report.hpp"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <regex>

#include "catch.hpp"
#include "report_fixture.hpp"
#include "udrl/eval/chart.hpp"

using namespace udrl::eval;
using namespace udrl::eval::testing;

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

/// Every start tag has its end tag, in order.
bool is_balanced(const std::string& html) {
  std::vector<std::string> open;
  const std::regex tags("<(/?)([a-z0-9]+)[^>]*>");
  for (std::sregex_iterator it(html.begin(), html.end(), tags), end; it != end; ++it) {
    const std::string name = (*it)[2];
    if (name == "meta" || name == "br") continue;
    if ((*it)[1].length() == 0) {
      open.push_back(name);
    } else {
      if (open.empty() || open.back() != name) return false;
      open.pop_back();
    }
  }
  return open.empty();
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
  const double ratio = whole_results().row("student-top").ratios.front().corrected.value;
  CHECK(ratio == Approx(0.6).margin(0.03));
  CHECK(page().find("reaches " + std::to_string(std::lround(100 * ratio)) + "% of its teacher") != std::string::npos);
}

TEST_CASE("as many answers are shown as asked for, and no more than there are") {
  CHECK(count(page(), "class=\"pair\"") == 24);
  CHECK(count(report_html(whole_results(), {5}), "class=\"pair\"") == 5);
  CHECK(count(report_html(whole_results(), {500}), "class=\"pair\"") == 90);
}

TEST_CASE("every system and every chart is there") {
  for (const char* title : {"udrl student, top return", "Invented-Teacher-0.5B-Instruct Q4_K_M, greedy",
                            "Invented-Baseline-135M-Instruct Q4_1, sampled", "the bare intent, repeated"})
    CHECK(page().find(title) != std::string::npos);
  CHECK(count(page(), "<svg") == 4);
  CHECK(page().find("nan") == std::string::npos);
}

TEST_CASE("a report without a defined ratio says so") {
  Results r = whole_results();
  for (auto& m : r.measured[2].answers) m.masked = 0.1;
  compare(r, {{"student-top", "student"}, {"teacher-greedy", "teacher"}}, compare_options());
  const std::string html = report_html(r, {3});
  CHECK(html.find("No ratio can be given") != std::string::npos);
  CHECK(is_balanced(html));
}

TEST_CASE("a student below the floor is not given a negative share in the title") {
  Results r = whole_results();
  for (auto& m : r.measured[0].answers) m.masked = 0.05;
  compare(r, {{"student-top", "student"}, {"teacher-greedy", "teacher"}}, compare_options());
  CHECK(report_html(r, {3}).find("no better than unrelated answers") != std::string::npos);
}

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

// A developer's aid: UDRL_REPORT_OUT=file ./test_eval "a report to look at" writes the made-up page.
TEST_CASE("a report to look at") {
  const char* file = std::getenv("UDRL_REPORT_OUT");
  if (file) std::ofstream(file) << page();
  CHECK(page().size() > 10'000);
}
