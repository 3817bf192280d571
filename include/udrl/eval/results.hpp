// All figures of an evaluation, as report and results.json show them. Not for: how they are laid out (report.hpp).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "udrl/data/record.hpp"
#include "udrl/eval/cases.hpp"
#include "udrl/eval/cost.hpp"
#include "udrl/eval/measure.hpp"
#include "udrl/eval/ratio.hpp"

namespace udrl::eval {

/// A row against a reference row, over the same cases.
struct Ratio {
  std::string reference;
  Estimate corrected;  ///< (row − shuffled) / (reference − shuffled)
  Estimate raw;        ///< row / reference
  Verdict verdict = Verdict::undefined;
};

/// A row's quality over some cases: all, or one task's.
struct Quality {
  int cases = 0;
  double valid = 0;    ///< share
  Estimate headline;   ///< mean of `headline_values`
  Estimate relevance;  ///< mean of the raw cosine, of every answer as written
};

struct RowResult {
  Row row;
  std::string system;  ///< key of `costs`; "" for an arm
  Quality all;
  std::map<std::string, Quality> by_task;
  std::vector<Ratio> ratios;  ///< against each model's row
  WordControl words;
  double mean_words = 0, mean_tokens = 0, copying = 0, copy_run = 0;
  Diversity diversity;
  std::map<std::string, double> broken_rules;
};

/// One row less another, paired.
struct Difference {
  std::string minuend, subtrahend;
  Estimate headline, relevance;
  std::map<std::string, Estimate> headline_by_task;
};

/// How well the scorer itself tells the reference's answers from another intent's.
struct ScorerGate {
  double auc_masked = 0, auc_raw = 0;
  double needed = 0.95;
  bool passed() const { return auc_masked >= needed; }
};

struct Headline {
  std::string row, reference;
  double margin = 0;
  Verdict verdict = Verdict::undefined;
  std::vector<std::string> withheld_because;  ///< if any, no verdict is given
  std::vector<std::string> caveats;
};

/// What figures can be traced to.
struct Lineage {
  std::string version, command_line, processor, scorer;
  data::Json config;
  std::map<std::string, std::string> hashes;  ///< what → SHA-256
  std::uint64_t test_openings = 0;            ///< evaluations that opened this test set, this one included
  std::uint64_t test_students = 0;            ///< different students among them
};

struct Results {
  CaseSet set;
  std::vector<MeasuredRow> measured;
  std::vector<RowResult> rows;        ///< in the order of `measured`
  std::map<std::string, Cost> costs;  ///< by system
  std::vector<std::string> system_order;
  std::optional<Difference> return_effect;  ///< top less lowest
  ScorerGate gate;
  Headline headline;
  Lineage lineage;

  const RowResult& row(const std::string& name) const;
  const MeasuredRow& answers(const std::string& name) const;
};

/// Keys sorted; not a number is null.
data::Json to_json(const Results& results);
/// A table for a README.
std::string to_markdown(const Results& results);
/// The same for a terminal: fixed width, fewer columns.
std::string to_terminal(const Results& results);

}  // namespace udrl::eval
