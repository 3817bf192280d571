// results.json and the tables.
#include "stats/results.hpp"
#include "stats/format.hpp"

#include <cmath>

#include "catch.hpp"
#include "eval/report/report_fixture.hpp"

using namespace udrl::eval;
using namespace udrl::eval::testing;

TEST_CASE("results.json is the same for the same figures") {
  CHECK(to_json(whole_results()).dump(2) == to_json(whole_results()).dump(2));
}

TEST_CASE("results.json holds what was measured and where it comes from") {
  const auto json = to_json(whole_results());
  CHECK(json.at("test_set").at("parts").at(0).at("subjects") == 30);
  CHECK(json.at("systems").size() == 14);  // two of them points of the curve
  const auto& top = json.at("systems").at("student-top");
  const auto& scored = top.at("relevance").at("held-out-scorer");
  CHECK(scored.at("ratio_to").at("teacher-greedy").at("elaboration").at("ratio").at("value").get<double>() ==
        Approx(0.6).margin(0.05));
  CHECK(top.at("words_asked_against_got").at("answers") == 180);
  CHECK(json.at("lineage").at("test_openings") == 3);
  CHECK(json.at("costs").at("student").at("latency").at("p50_s") == 0.045);
  const auto& scorer = json.at("scorers").at("held-out-scorer");
  CHECK(scorer.at("return_effect").at("masked").at("low").get<double>() > 0);
  CHECK(scorer.at("primary_less").size() == 11);
  CHECK(scorer.at("primary_less").at("student-lowest").at("less") == "student-lowest");
  CHECK(scorer.at("carries_verdict") == true);
  CHECK(json.at("primary").at("scorer") == "held-out-scorer");
  CHECK(json.at("primary").at("parts").size() == 5);
  CHECK(json.at("systems").at("student-top").at("fluency").at("to") == "teacher-sampled");
  CHECK(json.at("fluency").at("damage").at(1).at("why_not") == "it sees nothing");
  CHECK(scorer.at("damage").at("tasks").size() == 2);
}

TEST_CASE("what is not a number is null in JSON") {
  Results r = whole_results();
  r.rows[0].scored[1].all.masked.value = std::nan("");
  const auto json = to_json(r);
  const auto& top = json.at("systems").at("student-top").at("relevance").at("held-out-scorer");
  CHECK(top.at("overall").at("masked").at("value").is_null());
}

TEST_CASE("the Markdown table has a line for each system") {
  const std::string table = to_markdown(whole_results());
  CHECK(std::count(table.begin(), table.end(), '\n') == 2 + 2 + 12);
  CHECK(table.find("| udrl student, top return | 5.9M |") != std::string::npos);
}

TEST_CASE("the terminal's table is aligned and names the verdict") {
  const std::string table = to_terminal(whole_results());
  CHECK(table.find("verdict, student-top against teacher-greedy: FAIL") != std::string::npos);
  CHECK(table.find("elaboration by held-out-scorer: 0.6") != std::string::npos);
  CHECK(table.find("label-scorer: label scorer; WITHHELD") != std::string::npos);
  CHECK(table.find("held-out-scorer: held out, of another kind; FAIL") != std::string::npos);
}

TEST_CASE("what would decide is told as far as it is known") {
  CHECK(about(64, "subjects") == "about 64 subjects");
  CHECK(about(804, "subjects") == "about 810 subjects");
  CHECK(about(4300, "pairs") == "about 4,300 pairs");
  CHECK(about(582128, "subjects") == "more than 100,000 subjects");
}
