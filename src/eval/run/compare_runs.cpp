// Reading two evaluations back, and pairing their answers.
#include "udrl/eval/compare_runs.hpp"

#include <map>
#include <set>

#include "measure/finished.hpp"
#include "stats/format.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/table.hpp"
#include "udrl/data/fields.hpp"

namespace udrl::eval {
namespace {

using data::Fields, data::Json;

/// One answer as measured.jsonl has it.
struct Line {
  struct Values {
    double fidelity, elaboration;
  };
  std::string subject;
  std::map<std::string, Values> by_scorer;
};
using Rows = std::map<std::string, std::map<std::string, Line>>;  ///< row → case, and which replicate → answer

struct ComparedRun {
  FinishedRun results;
  Rows rows;
};

/// A line of another part than the main one is left.
void take_line(const Json& json, ComparedRun& run) {
  const Fields fields(json, "measured answer");
  if (fields.text("part") != run.results.part) return;
  Line line{fields.text("subject"), {}};
  const Fields relevance(fields.object("relevance"), "measured answer's relevance");
  for (const auto& [scorer, verdict] : run.results.verdicts) {
    const Fields values(relevance.object(scorer), "relevance");
    line.by_scorer[scorer] = {values.number("fidelity"), values.number("elaboration")};
  }
  const std::string row = fields.text("row"), of = fields.text_or("replicate_of", row);
  if (!row.starts_with(of)) throw user_error("a replicate's row begins with the name of its row").expected(of).got(row);
  run.rows[of][fields.text("case") + row.substr(of.size())] = std::move(line);
}

ComparedRun read_run(const std::filesystem::path& folder) {
  ComparedRun run{open_finished(folder), {}};
  for_each_measured(run.results, [&](const Json& json) { take_line(json, run); });
  return run;
}

/// What one row came to, in one evaluation and the other, case by case.
class Pairs {
 public:
  Pairs(const ComparedRun& a, const ComparedRun& b, const std::string& scorer) : runs_{&a, &b}, scorer_(scorer) {}

  Change change(const std::string& row, const CompareRunsOptions& options) const {
    Change change{row, scorer_, 0, 0, 0, 0, {}, {}};
    std::vector<double> first, second, elaboration, fidelity;
    std::vector<std::size_t> clusters;
    std::map<std::string, std::size_t> subjects;
    for (const auto& [id, line] : runs_[0]->rows.at(row)) {
      const auto& others = runs_[1]->rows.at(row);
      const auto other = others.find(id);
      if (other == others.end()) continue;
      const Line::Values &before = line.by_scorer.at(scorer_), &after = other->second.by_scorer.at(scorer_);
      first.push_back(before.elaboration);
      second.push_back(after.elaboration);
      elaboration.push_back(after.elaboration - before.elaboration);
      fidelity.push_back(after.fidelity - before.fidelity);
      clusters.push_back(subjects.emplace(line.subject, subjects.size()).first->second);
    }
    change.cases = first.size(), change.subjects = subjects.size();
    change.first = score::mean(first), change.second = score::mean(second);
    const score::Resamples resamples =
        score::draw_resamples(subjects.size(), static_cast<std::size_t>(options.resamples), options.seed);
    change.elaboration = score::estimate_mean(elaboration, clusters, resamples);
    change.fidelity = score::estimate_mean(fidelity, clusters, resamples);
    return change;
  }

 private:
  const ComparedRun* runs_[2];
  std::string scorer_;
};

std::vector<std::string> set_otherwise(const FinishedRun& a, const FinishedRun& b) {
  std::vector<std::string> out;
  for (const auto group : {&FinishedRun::config, &FinishedRun::sha256}) {
    const Json &of_a = a.*group, &of_b = b.*group;
    std::set<std::string> keys;
    for (const auto& item : of_a.items()) keys.insert(item.key());
    for (const auto& item : of_b.items()) keys.insert(item.key());
    for (const std::string& key : keys) {
      const Json x = of_a.value(key, Json()), y = of_b.value(key, Json());
      if (x != y && key != "out") out.push_back(key + ": " + data::json_line(x) + ", " + data::json_line(y));
    }
  }
  return out;
}

std::string signed_range(const score::Estimate& e) { return (e.value > 0 ? "+" : "") + with_range(e); }

}  // namespace

void declare(OptionSet& set, CompareRunsOptions& o) {
  set.add("compare", o.folders, "two folders that udrl-eval wrote: what the second changed").required();
  set.add("resamples", o.resamples, "resamples of the subjects").range(100, 1e6);
  set.add("seed", o.seed, "seed of the resamples");
}

RunsCompared compare_runs(const CompareRunsOptions& options) {
  if (options.folders.size() != 2)
    throw user_error("two evaluations can be compared")
        .got(std::to_string(options.folders.size()) + " folders")
        .hint("udrl-eval --compare A,B");
  const ComparedRun a = read_run(options.folders[0]), b = read_run(options.folders[1]);
  RunsCompared out;
  for (const ComparedRun* run : {&a, &b}) out.verdicts.push_back(run->results.verdict);
  out.otherwise = set_otherwise(a.results, b.results);
  for (const auto& [scorer, verdict] : a.results.verdicts) {
    if (!b.results.verdicts.contains(scorer)) continue;
    const Pairs pairs(a, b, scorer);
    for (const auto& [row, lines] : a.rows) {
      if (!b.rows.contains(row)) continue;
      Change change = pairs.change(row, options);
      if (change.cases > 0) out.changes.push_back(std::move(change));
    }
  }
  if (out.changes.empty())
    throw user_error("the two evaluations share no case")
        .at(options.folders[1])
        .hint("evaluate both with the same tagged data, split, tasks and seed");
  return out;
}

std::string to_text(const RunsCompared& compared, const CompareRunsOptions& options) {
  std::string out = "A  " + options.folders[0] + ": " + compared.verdicts[0] + "\nB  " + options.folders[1] + ": " +
                    compared.verdicts[1] + "\n\n";
  std::vector<std::vector<std::string>> table = {
      {"row", "scorer", "cases", "A elaboration", "B elaboration", "B less A, elaboration", "B less A, fidelity"}};
  for (const Change& c : compared.changes)
    table.push_back({c.row, c.scorer, std::to_string(c.cases), fixed(c.first, 3), fixed(c.second, 3),
                     signed_range(c.elaboration), signed_range(c.fidelity)});
  out += aligned_table(table, 2);
  out += compared.otherwise.empty() ? "\nset alike\n" : "\nset otherwise (A, B):\n";
  for (const std::string& line : compared.otherwise) out += "  " + line + "\n";
  return out;
}

}  // namespace udrl::eval
