// Two evaluations beside each other.
#include "udrl/eval/compare_runs.hpp"

#include <fstream>

#include "catch.hpp"
#include "data/broken_json.hpp"
#include "eval/fixtures.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/fields.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;

namespace {

/// A small evaluation as udrl-eval leaves it: 30 cases whose student answers at `level`, the shuffled ones at 0.1.
void write_run(const std::filesystem::path& folder, double level, const std::string& first_case = "") {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "results.json") << data::Json{
      {"test_set", {{"parts", {{{"name", "test"}}}}}},
      {"scorers", {{"minilm", {{"verdict", "FAIL"}}}}},
      {"systems", data::Json::object()},
      {"primary", {{"verdict", "FAIL"}, {"row", "student-top"}, {"reference", "teacher-greedy"}}},
      {"lineage",
       {{"version", "udrl 0"},
        {"processor", "none"},
        {"config", {{"decoding.temperature", level}, {"seed", 1}}},
        {"sha256", {{"model student", "a"}}}}}};
  std::ofstream out(folder / "measured.jsonl");
  for (int i = 0; i < 30; ++i)
    for (const char* row : {"student-top", "shuffled"}) {
      const bool student = std::string(row) == "student-top";
      const bool valid = !student || i != 4;
      const double value = (student ? level : 0.1) + 0.01 * (i % 3);
      out << data::Json{{"part", "test"},
                        {"row", row},
                        {"case", i == 0 && !first_case.empty() ? first_case : "c" + std::to_string(i)},
                        {"task", "image"},
                        {"subject", "s" + std::to_string(i / 2)},
                        {"broken_rule", valid ? "" : "list"},
                        {"relevance", {{"minilm", {{"fidelity", value + 0.2}, {"elaboration", valid ? value : 0.11}}}}}}
                 .dump()
          << "\n";
    }
}

}  // namespace

TEST_CASE("what the second evaluation changed is paired by case") {
  TempFolder folder;
  write_run(folder.path() / "a", 0.3);
  write_run(folder.path() / "b", 0.4, "another case");
  const CompareRunsOptions options{{(folder.path() / "a").string(), (folder.path() / "b").string()}, 500, 1};
  const RunsCompared compared = compare_runs(options);
  REQUIRE(compared.changes.size() == 2);
  const Change& student = compared.changes[1];
  CHECK(student.row == "student-top");
  CHECK(student.cases == 29);
  CHECK(student.subjects == 15);
  CHECK(student.elaboration.value == Approx(0.1 * 28 / 29));  // one answer is invalid in both: the zero, no change
  CHECK(student.fidelity.value == Approx(0.1));
  CHECK(compared.otherwise == std::vector<std::string>{"decoding.temperature: 0.3, 0.4"});
  CHECK(to_text(compared, options).find("+0.097") != std::string::npos);
}

TEST_CASE("folders without an evaluation, and evaluations without a common case, are refused") {
  TempFolder folder;
  write_run(folder.path() / "a", 0.3);
  const std::string a = (folder.path() / "a").string();
  CHECK_THROWS_AS(compare_runs({{a, "/no/such/folder"}, 500, 1}), Error);
  CHECK_THROWS_AS(compare_runs({{a}, 500, 1}), Error);
}

TEST_CASE("Damaged results, and damaged answers, are refused with file and field") {
  TempFolder folder;
  for (const char* name : {"a", "b"}) write_run(folder / name, 0.3);
  const std::string a = (folder / "a").string(), b = (folder / "b").string();
  const auto told = [&] { return test::refusal([&] { compare_runs({{a, b}, 500, 1}); }); };
  const data::Json results = data::read_json(b + "/results.json");
  test::check_broken_is_told(results, b + "/results.json",
                             [&](const std::string& text) { folder.file("b/results.json", text); }, told,
                             {{},
                              {"/scorers/minilm", "/lineage/config/seed", "/lineage/config/decoding.temperature",
                               "/lineage/sha256/model student"}});
  write_run(folder / "b", 0.3);
  std::string answer;
  std::getline(std::ifstream(b + "/measured.jsonl"), answer);
  test::check_broken_is_told(data::Json::parse(answer), b,
                             [&](const std::string& text) { folder.file("b/measured.jsonl", text); }, told,
                             {{}, {"/task", "/broken_rule"}});
}
