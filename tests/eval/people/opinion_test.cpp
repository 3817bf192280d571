// What ratings come to: verdicts at known counts, and who counts.
#include "people/opinion.hpp"

#include <cmath>

#include "catch.hpp"
#include "finished_fixture.hpp"
#include "people/opinion_section.hpp"
#include "udrl/base/error.hpp"
#include "udrl/eval/people.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;

namespace {

std::string student(const SheetPair& pair) { return side_of(pair, Author::student); }
std::string teacher(const SheetPair& pair) { return side_of(pair, Author::reference); }

/// The student wins in this many of ten pairs.
Says wins(std::size_t of_ten) {
  return [=](const SheetPair& pair, std::size_t i) { return i % 10 < of_ten ? student(pair) : teacher(pair); };
}

class Evaluation {
 public:
  explicit Evaluation(int subjects, std::size_t pairs = 100) {
    write_finished(path(), subjects);
    export_pairs({path(), static_cast<int>(pairs), 1});
    sheet = sheet_from_key(path() / "pairs/key.json", open_finished(path()));
  }
  std::filesystem::path path() const { return folder_.path() / "eval"; }
  std::string rate(const std::string& name, const Says& says) const {
    return write_ratings(folder_.path() / (name + ".csv"), sheet, says);
  }
  Opinion opinion(const std::vector<std::string>& files, double win_rate = 0.45) const {
    return opinion_of(sheet, read_ratings(files, sheet), open_finished(path()), {win_rate, 0.75, 2000, 1});
  }
  Opinion opinion(const Says& says) const { return opinion({rate("anna", says)}); }

  Sheet sheet;

 private:
  TempFolder folder_;
};

}  // namespace

TEST_CASE("verdicts at known counts") {
  const Evaluation evaluation(60);
  const Opinion better = evaluation.opinion(wins(7));
  CHECK(better.wins == 70);
  CHECK(better.losses == 30);
  CHECK(better.win_rate.value == Approx(0.7));
  CHECK(better.judgement.verdict == Verdict::pass);
  CHECK(evaluation.opinion(wins(2)).judgement.verdict == Verdict::fail);
  const Opinion open = evaluation.opinion(wins(5));
  CHECK(open.win_rate.value == Approx(0.5));
  CHECK(open.judgement.verdict == Verdict::inconclusive);
  CHECK(open.pairs_needed > 300);  // (1.645 + 0.842)² · 0.25 / 0.05² is 618 of independent pairs; two share a subject
  CHECK(open.pairs_needed < 1000);
  CHECK(to_text(open).find("pairs would decide") != std::string::npos);
}

TEST_CASE("ties count half, and all ties are no inferiority") {
  const Evaluation evaluation(60);
  const Opinion ties = evaluation.opinion([](const SheetPair&, std::size_t) { return "tie"; });
  CHECK(ties.ties == 100);
  CHECK(ties.win_rate.value == Approx(0.5));
  CHECK(ties.judgement.verdict == Verdict::pass);
}

TEST_CASE("few subjects decide nothing") {
  const Opinion opinion = Evaluation(15, 30).opinion(wins(10));
  CHECK(opinion.judgement.verdict == Verdict::inconclusive);
  REQUIRE_FALSE(opinion.caveats.empty());
  CHECK(opinion.caveats.back().find("too few") != std::string::npos);
}

TEST_CASE("who does not see through the checks does not count, and without anybody there is no verdict") {
  const Evaluation evaluation(60);
  std::ofstream careless(evaluation.path() / "careless.csv");
  careless << "id,rating\n";
  for (const SheetPair& pair : evaluation.sheet.pairs) careless << pair.id << ",1\n";
  careless.close();
  const std::string file = (evaluation.path() / "careless.csv").string();
  const Opinion nobody = evaluation.opinion({file});
  CHECK(nobody.judgement.verdict == Verdict::withheld);
  CHECK(nobody.rated == 0);
  CHECK(to_json(nobody).at("win_rate").at("value").is_null());
  const Opinion one = evaluation.opinion({file, evaluation.rate("anna", wins(2))});
  CHECK(one.judgement.verdict == Verdict::fail);
  REQUIRE(one.raters.size() == 2);
  CHECK(one.raters[0].name == "anna");
  CHECK(one.raters[0].passed == 10);
  CHECK(one.raters[1].why_not.find("attention checks") != std::string::npos);
}

TEST_CASE("a scorer is compared with people where they decide") {
  const Evaluation evaluation(60);
  const Opinion opinion = evaluation.opinion([](const SheetPair& pair, std::size_t i) {
    if (i == 0) return std::string("tie");
    return std::stoi(pair.subject.substr(1)) < 30 ? student(pair) : teacher(pair);  // as the scorer's masked value
  });
  REQUIRE(opinion.scorers_agree.size() == 2);
  const ScorerAgrees &raw = opinion.scorers_agree[0], &masked = opinion.scorers_agree[1];
  CHECK(raw.value == "raw");
  CHECK(masked.pairs == 99);
  CHECK(masked.same.value == Approx(1));
  CHECK(masked.kappa == Approx(1));
  CHECK(raw.same.value == Approx(0.5).margin(0.05));  // always the teacher's
  CHECK(std::abs(raw.kappa) < 0.2);
}

TEST_CASE("two raters are compared over what both rated") {
  const Evaluation evaluation(60);
  const auto anna = evaluation.rate("anna", wins(6));
  const auto bo = evaluation.rate("bo", [](const SheetPair& pair, std::size_t i) {
    return i < 50 ? std::string() : i % 10 < 6 ? student(pair) : teacher(pair);
  });
  const Opinion opinion = evaluation.opinion({anna, bo});
  REQUIRE(opinion.raters_agree.size() == 1);
  CHECK(opinion.raters_agree[0].pairs == 50);
  CHECK(opinion.raters_agree[0].kappa == Approx(1));
  CHECK(opinion.alpha == Approx(1));
  CHECK(opinion.rated == 100);
}

TEST_CASE("ratings become human.json and a section of the report, once") {
  const Evaluation evaluation(60);
  const std::string file = evaluation.rate("<b>anna", wins(7));
  for (int twice = 0; twice < 2; ++twice) {
    const std::string said = take_ratings({evaluation.path(), {file}, 0.45, 0.75, 500, 1});
    CHECK(said.find("PASS") != std::string::npos);
  }
  const data::Json json = data::Json::parse(read_file(evaluation.path() / "human.json"));
  CHECK(json.at("verdict") == "PASS");
  CHECK(json.at("other_verdicts").at("evaluation") == "FAIL");
  const std::string report = read_file(evaluation.path() / "report.html");
  CHECK(report.find("What people say") != std::string::npos);
  CHECK(report.find("What people say") == report.rfind("What people say"));
  CHECK(report.find("<b>anna") == std::string::npos);
  CHECK_THROWS_AS(with_opinion("<main></main>", Opinion{}), Error);
}

TEST_CASE("ratings of a folder without pairs are refused") {
  TempFolder folder;
  write_finished(folder.path(), 30);
  CHECK_THROWS_WITH(take_ratings({folder.path(), {"a.csv"}, 0.45, 0.75, 500, 1}), Catch::Contains("--export-pairs"));
}
