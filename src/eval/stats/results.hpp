// All figures of an evaluation, as report and results.json show them. Not for: how they are laid out (report.hpp).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "diversity_ratio.hpp"
#include "measure/cost.hpp"
#include "measure/measure.hpp"
#include "measure/scoring.hpp"
#include "pairwise.hpp"
#include "ratio.hpp"
#include "systems/cases.hpp"
#include "udrl/command/certificate.hpp"
#include "udrl/data/record.hpp"
#include "udrl/score/damage.hpp"
#include "udrl/score/fluency_damage.hpp"

namespace udrl::eval {

/// One half of a comparison with a reference row: (row − zero) / (reference − zero), over the cases of the tasks for
/// which the scorer's word on that half counts (all tasks where it counts for none).
struct HalfRatio {
  Estimate value;             ///< of fidelity at most 1: nothing is more on topic than on topic
  std::vector<Judgement> at;  ///< each margin, the main one first; of fidelity uncapped
};
/// A row against a reference row, over the same cases.
struct Ratio {
  std::string reference;
  Halves<HalfRatio> halves;
  std::vector<Verdict> verdicts;  ///< of both halves together, at each margin; may be withheld
  Verdict verdict() const { return verdicts.front(); }
};
/// FAIL if one fails, PASS if all pass, undefined if one is; else inconclusive (an intersection–union test, which needs
/// no correction: Berger, 1982).
Verdict together(const std::vector<Verdict>& verdicts);

/// A task by itself, against the primary reference. Halves on which the scorer's word does not count there are left
/// out: theirs are withheld, and the verdict is over the other; where none counts, there is no verdict.
struct TaskRatio {
  Halves<HalfRatio> halves;
  Verdict verdict = Verdict::withheld;
};

/// A row's quality over some cases, under one scorer.
struct Quality {
  int cases = 0;
  double valid = 0;  ///< share
  Estimate masked;   ///< mean of `half_values` of elaboration
  Estimate raw;      ///< mean over every answer as written
};

/// One of the things that the verdict asks for.
struct VerdictPart {
  std::string name;    ///< fidelity, elaboration, better than the nearest neighbour, fluency, diversity
  std::string scorer;  ///< "": none has a say
  Estimate value;
  Judgement judgement;
};

/// That would decide all parts that are open; 0: no number is known, or none is open.
double subjects_needed(const std::vector<VerdictPart>& parts);

/// A row under one scorer.
struct Scored {
  Quality all;  ///< of the main part, as are the tasks and the ratios
  std::map<std::string, Quality> by_task;
  std::map<std::string, TaskRatio> ratio_by_task;
  std::vector<Ratio> ratios;  ///< against each model's row
  /// Of each other part: its quality, and the ratios of both halves to the primary reference.
  std::map<std::string, Quality> by_part;
  std::map<std::string, Halves<Estimate>> ratio_by_part;
  std::optional<VerdictPart> over_lookup;  ///< students: the row less `nearest`; nothing where that was not made

  /// Null where there is none.
  const Ratio* ratio_to(const std::string& reference) const;
};

/// How fluent a row's answers are, over the tasks for which the reader's word counts (all where it counts for none):
/// (row − zero) / (reference − zero), the zero being the row `word-list`. An invalid answer counts as the zero.
struct FluencyRatio {
  std::string reference;  ///< as for diversity the sampled teacher: a cold answer is more fluent, and less varied
  Estimate mean;          ///< nats a token
  Estimate value;
  std::vector<Judgement> at;  ///< each margin, the main one first
};

struct RowResult {
  Row row;
  std::vector<Scored> scored;  ///< by scorer
  int seeds = 1, draws = 1;    ///< training seeds, and answers of each to a case, that figures are means over
  WordSteering words;          ///< this and what follows: of the main part
  double mean_words = 0, mean_tokens = 0, copying = 0, copy_run = 0;
  Diversity diversity;
  std::optional<DiversityRatio> diversity_ratio = {};  ///< students: to the sampled teacher
  std::optional<FluencyRatio> fluency = {};
  std::map<std::string, double> broken_rules;
  double near_training = 0;  ///< share of answers that nearly are one that trained
};

/// One row less another, paired by case, under one scorer, over the main part.
struct Difference {
  std::string minuend, subtrahend;
  Estimate masked, raw;
  std::map<std::string, Estimate> masked_by_task;
};

/// How small a share of wrong answers a scorer tells from none, over the answers of the main part. Where that does not
/// suffice, it passes nobody.
struct Precision {
  double smallest_share = 1;
  double wanted = 0;          ///< half of the margin's distance from 1
  std::size_t answers = 0;    ///< that it was measured with
  double answers_needed = 0;  ///< about so many would do
  bool suffices() const { return smallest_share <= wanted; }
};

/// A scorer, and what it may say.
struct ScorerResult {
  ScorerInfo info;
  score::Gate raw, masked;    ///< on the reference's answers: shown, and decides nothing
  score::Damage damage = {};  ///< of the reference's answers
  Halves<Precision> precision = {};
  std::map<std::string, Halves<Precision>> precision_by_task = {};
  Halves<std::vector<bool>> counts = {};  ///< by task: whether its word on that half counts
  /// What the primary comparison comes to, both halves; `withheld` where the scorer carries no verdict.
  Verdict verdict = Verdict::withheld;
  std::optional<Difference> return_effect = {};  ///< top less lowest
  std::vector<Difference> primary_less = {};     ///< the primary row less each other row

  /// Why its word on a half counts for no task; "" where it does for some.
  std::string why_not(Half half) const;
  /// A verdict is decided by a scorer that made no label, and whose word counts for both halves.
  bool carries_verdict() const;
};

/// Who says whether answers are language, and in which tasks that counts.
struct FluencyResult {
  ScorerInfo info;
  std::vector<score::FluencyDamage> damage;  ///< of the reference's answers, by task
  std::vector<bool> counts = {};             ///< by task: whether its word counts
  Precision precision = {};

  /// Why its word counts for no task; "" where it does for some.
  std::string why_not() const;
};

/// Returns asked for against returns that came, over the student's rows.
struct ReturnSteering {
  struct Point {
    std::string row;
    double asked = 0;   ///< mean bin
    Estimate achieved;  ///< mean share of the teacher's draws that lie below
  };
  std::string why_not;  ///< why it was not measured; "" where it was
  int bins = 0;
  std::vector<Point> points;                                        ///< by the bin asked
  int answers = 0;                                                  ///< over all of them, valid ones:
  double rank_correlation = 0, exact = 0, mean_absolute_error = 0;  ///< of bins
};

/// What is asked of the primary row, asked of another one.
struct RowVerdict {
  std::string row, reference;
  std::vector<VerdictPart> parts;
  Verdict verdict = Verdict::undefined;
};

struct PrimaryComparison {
  std::string row, reference;
  double margin = 0;
  std::vector<VerdictPart> parts;  ///< all must pass
  std::size_t scorer = 0;          ///< whose figures are shown first: one that carries a verdict, else a held-out one
  Verdict verdict = Verdict::undefined;
  std::vector<std::string> withheld_because;  ///< if any, no verdict is given
  std::vector<std::string> caveats;
};

/// What figures can be traced to.
struct Lineage {
  std::string version, command_line, processor;
  data::Json config;
  std::map<std::string, std::string> hashes;  ///< what → SHA-256
  std::uint64_t test_openings = 0;            ///< evaluations that opened this test set, this one included
  std::uint64_t test_students = 0;            ///< different students among them
};

struct Results {
  CaseSet set;
  std::vector<MeasuredRow> measured;
  std::vector<RowResult> rows;        ///< in the order of `measured`, less the curve
  std::vector<RowResult> curve;       ///< those rows of `measured` that are asked for the curve alone
  std::map<std::string, Cost> costs;  ///< by system
  std::vector<std::string> system_order;
  std::vector<ScorerResult> scorers;
  std::optional<FluencyResult> fluency;  ///< where a causal model reads
  std::optional<JudgeResult> judge;
  /// What endpoints left without an answer. Their cases are in no figure; those of systems keep the verdict back.
  std::vector<FailedRequests> failures;
  ReturnSteering return_steering;                   ///< `why_not` and `bins` are filled by who measures
  std::map<std::string, std::string> near_intents;  ///< test intent → the training intent it nearly is
  PrimaryComparison primary;
  std::optional<RowVerdict> second_draw;  ///< against the teacher's first draw; need not beat the nearest neighbour
  std::optional<RowVerdict> best_of;      ///< the student's best of n, a claim of its own
  std::optional<command::Certificate> certificate;  ///< the student's own, where it has one
  Lineage lineage;

  const RowResult& row(const std::string& name) const;
  /// What the row's system costs; null for a control.
  const Cost* cost_of(const RowResult& row) const;
  /// A row under the primary scorer.
  const Scored& shown(const RowResult& row) const { return row.scored[primary.scorer]; }
  const ScorerResult& shown_scorer() const { return scorers[primary.scorer]; }
  const MeasuredRow& answers(const std::string& name) const;
  bool has_answers(const std::string& name) const;
  /// The row's answers, and those of the same row with other seeds.
  std::vector<const MeasuredRow*> replicates(const std::string& name) const;
};

/// Throws `Error` (failure) that names what endpoints left without an answer.
void require_answers(const Results& results);

/// Keys sorted; not a number is null.
data::Json to_json(const Results& results);
/// A table for a README.
std::string to_markdown(const Results& results);
/// The same for a terminal: fixed width, fewer columns.
std::string to_terminal(const Results& results);

}  // namespace udrl::eval
