// A small finished evaluation as udrl-eval leaves it, and raters for it. The figures are invented: they stand for
// nothing.
#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "eval/fixtures.hpp"
#include "people/sheet.hpp"

namespace udrl::eval::testing {

/// What a hostile model writes.
inline const std::string hostile =
    "</script><script>document.title='run'</script><img src=x onerror=\"document.title='run'\">=HYPERLINK(\"x\")";

/// Each subject has a case of two tasks, which the student, the teacher and the shuffled row answer. The scorer finds
/// the student's the better in the first half of the subjects, and its raw value the teacher's always.
inline void write_finished(const std::filesystem::path& folder, int subjects, const std::string& an_answer = "") {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "results.json") << data::Json{
      {"test_set", {{"parts", {{{"name", "test"}}}}}},
      {"scorers", {{"minilm", {{"verdict", "WITHHELD"}}}}},
      {"systems", {{"teacher-greedy", {{"sampling", {{"few_shot", true}, {"temperature", 0}}}}}}},
      {"primary", {{"verdict", "FAIL"}, {"row", "student-top"}, {"reference", "teacher-greedy"}}},
      {"lineage",
       {{"version", "udrl 0"}, {"processor", "none"}, {"config", {{"seed", 1}}}, {"sha256", data::Json::object()}}}};
  std::ofstream(folder / "report.html") << "<main><section id=\"people\"></section></main>";
  std::ofstream out(folder / "measured.jsonl");
  for (const std::string row : {"student-top", "teacher-greedy", "shuffled"})
    for (int s = 0; s < subjects; ++s)
      for (const std::string task : {"image", "template"}) {
        const std::string intent = "request about s" + std::to_string(s);
        std::string answer = row.substr(0, 7) + " on " + intent + " as " + task;
        if (s == 0 && row == "student-top" && !an_answer.empty()) answer = an_answer;
        const double masked = row == "student-top" ? (s < subjects / 2 ? 0.9 : 0.1) : 0.5;
        const double raw = row == "teacher-greedy" ? 0.8 : 0.2;
        out << data::Json{{"part", "test"},
                          {"row", row},
                          {"case", "c" + std::to_string(s) + task},
                          {"task", task},
                          {"subject", "s" + std::to_string(s)},
                          {"intent", intent},
                          {"intent_id", "i" + std::to_string(s)},
                          {"answer", answer},
                          {"broken_rule", ""},
                          {"copying", 0.25},
                          {"words", 7},
                          {"relevance",
                           {{"minilm",
                             {{"raw", raw}, {"masked", masked}, {"fidelity", raw}, {"elaboration", masked}}}}}}
                   .dump()
            << "\n";
      }
}

/// "A" or "B": the side of whoever wrote the answer; "" where it is on none.
inline std::string side_of(const SheetPair& pair, Author author) {
  return pair.authors[0] == author ? "A" : pair.authors[1] == author ? "B" : "";
}

/// What a rater says of a pair that is no check, by its place among those.
using Says = std::function<std::string(const SheetPair&, std::size_t)>;

/// A file of somebody who knows the checks' right sides.
inline std::string write_ratings(const std::filesystem::path& file, const Sheet& sheet, const Says& says) {
  std::ofstream out(file);
  out << "id,rating\n";
  std::size_t place = 0;
  for (const SheetPair& pair : sheet.pairs)
    out << pair.id << "," << (pair.is_check() ? side_of(pair, Author::reference) : says(pair, place++)) << "\n";
  return file.string();
}

}  // namespace udrl::eval::testing
