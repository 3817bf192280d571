// From ratings to figures.
#include "opinion.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

#include "agreement.hpp"
#include "stats/compare.hpp"
#include "stats/format.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/fields.hpp"

namespace udrl::eval {
namespace {

/// Of the first answer to a pair: 1 it won, 0 it lost.
double score_of_a(Choice choice) { return choice == Choice::a ? 1 : choice == Choice::b ? 0 : 0.5; }

double score_of(Choice choice, const SheetPair& pair, Author author) {
  return pair.authors[0] == author ? score_of_a(choice) : 1 - score_of_a(choice);
}

void add_rating(RaterResult& rater, const SheetPair& pair, Choice choice) {
  if (pair.is_check()) {
    ++rater.checks;
    rater.passed += score_of(choice, pair, Author::reference) == 1 ? 1 : 0;
  } else {
    ++rater.rated;
    rater.ties += choice == Choice::tie ? 1 : 0;
  }
}

/// Who chooses without reading makes two systems seem alike, and that is what a verdict is given for.
std::string why_not(const RaterResult& rater, double attention) {
  if (rater.checks == 0) return "rated no attention check";
  const double share = static_cast<double>(rater.passed) / static_cast<double>(rater.checks);
  return share < attention ? "passed " + percent(share) + " of the attention checks, " + percent(attention) + " wanted"
                           : "";
}

/// By name.
std::vector<RaterResult> rater_results(const Sheet& sheet, const std::vector<Rating>& ratings, double attention) {
  std::map<std::string, RaterResult> raters;
  for (const Rating& rating : ratings) add_rating(raters[rating.rater], sheet.pairs[rating.pair], rating.choice);
  std::vector<RaterResult> out;
  for (auto& [name, rater] : raters) {
    rater.name = name;
    rater.why_not = why_not(rater, attention);
    out.push_back(rater);
  }
  return out;
}

/// What those who count say of the pairs, checks apart.
struct Said {
  std::map<std::string, std::map<std::size_t, Choice>> by_rater;
  std::map<std::size_t, std::vector<Choice>> by_pair;
};

Said said_by(const std::vector<RaterResult>& raters, const Sheet& sheet, const std::vector<Rating>& ratings) {
  std::set<std::string_view> who_count;
  for (const RaterResult& rater : raters)
    if (rater.why_not.empty()) who_count.insert(rater.name);
  Said said;
  for (const Rating& rating : ratings) {
    if (!who_count.contains(rating.rater) || sheet.pairs[rating.pair].is_check()) continue;
    said.by_rater[rating.rater][rating.pair] = rating.choice;
    said.by_pair[rating.pair].push_back(rating.choice);
  }
  return said;
}

/// Values of pairs, and whose subject each is.
struct Values {
  std::vector<double> values;
  std::vector<std::size_t> clusters;

  void add(double value, std::size_t cluster) { values.push_back(value), clusters.push_back(cluster); }
  Estimate estimate(const score::Resamples& resamples) const {
    return score::estimate_mean(values, clusters, resamples);
  }
};

/// The rated pairs with what their raters say in the mean, and the subjects that are resampled.
class RatedPairs {
 public:
  RatedPairs(const Sheet& sheet, const Said& said, const OpinionOptions& options) : sheet_(sheet) {
    for (const auto& [pair, choices] : said.by_pair) {
      double of_a = 0;
      for (const Choice choice : choices) of_a += score_of_a(choice) / static_cast<double>(choices.size());
      scores_of_a_[pair] = of_a;
      subjects_.emplace(sheet.pairs[pair].subject, subjects_.size());
    }
    resamples_ = score::draw_resamples(subjects_.size(), options.resamples, options.seed);
  }

  std::size_t subjects() const { return subjects_.size(); }

  /// Of the student, over all pairs or those of a task.
  Estimate win_rate(const std::string& task = "") const {
    Values values;
    for (const auto& [i, of_a] : scores_of_a_) {
      const SheetPair& pair = sheet_.pairs[i];
      const bool student_first = pair.authors[0] == Author::student;
      if (task.empty() || task == pair.task) values.add(student_first ? of_a : 1 - of_a, subjects_.at(pair.subject));
    }
    return values.estimate(resamples_);
  }

  std::map<std::string, Estimate> by_task() const {
    std::map<std::string, Estimate> out;
    for (const auto& [i, of_a] : scores_of_a_) out[sheet_.pairs[i].task] = {};
    for (auto& [task, estimate] : out) estimate = win_rate(task);
    return out;
  }

  /// `less(pair)`: what a scorer gives A less what it gives B.
  template <class Less>
  void compare_with(ScorerAgrees& scorer, Less less) const {
    Values same;
    std::vector<std::pair<int, int>> sides;
    for (const auto& [i, of_a] : scores_of_a_) {
      const double difference = less(sheet_.pairs[i]);
      if (of_a == 0.5 || !std::isfinite(difference)) continue;
      const bool chosen = of_a > 0.5;
      same.add(difference == 0 ? 0.5 : chosen == (difference > 0) ? 1 : 0, subjects_.at(sheet_.pairs[i].subject));
      sides.emplace_back(chosen ? 1 : 0, difference > 0 ? 1 : difference < 0 ? 0 : 2);
    }
    scorer.pairs = sides.size();
    scorer.same = same.estimate(resamples_);
    scorer.kappa = cohens_kappa(sides);
  }

 private:
  const Sheet& sheet_;
  std::map<std::size_t, double> scores_of_a_;
  std::map<std::string, std::size_t> subjects_;
  score::Resamples resamples_;
};

std::vector<RatersAgree> raters_agree(const Said& said) {
  std::vector<RatersAgree> out;
  for (auto one = said.by_rater.begin(); one != said.by_rater.end(); ++one)
    for (auto other = std::next(one); other != said.by_rater.end(); ++other) {
      std::vector<std::pair<int, int>> both;
      double same = 0;
      for (const auto& [pair, choice] : one->second)
        if (const auto found = other->second.find(pair); found != other->second.end()) {
          both.emplace_back(static_cast<int>(choice), static_cast<int>(found->second));
          same += choice == found->second ? 1 : 0;
        }
      out.push_back(
          {one->first, other->first, both.size(), same / static_cast<double>(both.size()), cohens_kappa(both)});
    }
  return out;
}

double alpha_of(const Said& said) {
  std::vector<std::vector<int>> units;
  for (const auto& [pair, choices] : said.by_pair) {
    units.emplace_back();
    for (const Choice choice : choices) units.back().push_back(static_cast<int>(choice));
  }
  return krippendorffs_alpha(units);
}

/// Scorer → row and case → raw and masked.
using ScorerValues = std::map<std::string, std::map<std::pair<std::string, std::string>, std::pair<double, double>>>;

ScorerValues read_scorer_values(const FinishedRun& run, const Sheet& sheet) {
  ScorerValues values;
  for_each_measured(run, [&](const data::Json& line) {
    const data::Fields fields(line, "measured answer");
    const std::string row = fields.text("row");
    if (row != sheet.student && row != sheet.reference) return;
    for (const auto& [scorer, of_scorer] : fields.object("relevance").items()) {
      const data::Fields both(of_scorer, "relevance");
      values[scorer][{row, fields.text("case")}] = {both.number("raw"), both.number("masked")};
    }
  });
  return values;
}

std::vector<ScorerAgrees> scorers_agree(const FinishedRun& run, const Sheet& sheet, const RatedPairs& pairs) {
  std::vector<ScorerAgrees> out;
  for (const auto& [scorer, values] : read_scorer_values(run, sheet))
    for (const bool masked : {false, true}) {
      const auto of_side = [&](const SheetPair& pair, std::size_t side) {
        const std::string& row = pair.authors[side] == Author::student ? sheet.student : sheet.reference;
        const auto found = values.find({row, pair.case_id});
        if (found == values.end())
          throw user_error("an answer of the sheet has no value of the scorer " + scorer)
              .at(row + ", case " + pair.case_id)
              .hint("the evaluation's measured.jsonl was changed: evaluate again");
        return masked ? found->second.second : found->second.first;
      };
      ScorerAgrees& one = out.emplace_back(ScorerAgrees{scorer, masked ? "masked" : "raw", 0, {}, 0});
      pairs.compare_with(one, [&](const SheetPair& pair) { return of_side(pair, 0) - of_side(pair, 1); });
    }
  return out;
}

void count_ratings(Opinion& out, const Sheet& sheet, const Said& said) {
  for (const auto& [pair, choices] : said.by_pair)
    for (const Choice choice : choices) {
      const double score = score_of(choice, sheet.pairs[pair], Author::student);
      ++(score == 1 ? out.wins : score == 0 ? out.losses : out.ties);
    }
}

void judge_opinion(Opinion& out, double margin) {
  out.judgement = judge_estimate(out.win_rate, margin, out.subjects);
  out.pairs_needed = std::ceil(out.judgement.subjects_needed * static_cast<double>(out.rated) /
                               std::max(1.0, static_cast<double>(out.subjects)));
  if (out.rated == 0) out.judgement.verdict = Verdict::withheld;
  if (out.rated == 0 || out.subjects >= fewest_subjects) return;
  if (out.judgement.verdict != Verdict::undefined) out.judgement.verdict = Verdict::inconclusive;
  out.caveats.push_back(page::plural(out.subjects, "subject") + (out.subjects == 1 ? " is" : " are") +
                        " too few to decide; at least " + std::to_string(fewest_subjects) + " are needed");
}

}  // namespace

Opinion opinion_of(const Sheet& sheet, const std::vector<Rating>& ratings, const FinishedRun& run,
                   const OpinionOptions& options) {
  Opinion out;
  out.sheet = sheet.hash, out.student = sheet.student, out.reference = sheet.reference;
  for (const SheetPair& pair : sheet.pairs) out.pairs += pair.is_check() ? 0 : 1;
  out.raters = rater_results(sheet, ratings, options.attention);
  for (const RaterResult& rater : out.raters)
    if (!rater.why_not.empty()) out.caveats.push_back(rater.name + " does not count: " + rater.why_not);
  const Said said = said_by(out.raters, sheet, ratings);
  const RatedPairs pairs(sheet, said, options);
  out.rated = said.by_pair.size(), out.subjects = pairs.subjects();
  count_ratings(out, sheet, said);
  out.win_rate = pairs.win_rate();
  out.by_task = pairs.by_task();
  judge_opinion(out, options.win_rate);
  out.raters_agree = raters_agree(said);
  out.alpha = alpha_of(said);
  out.scorers_agree = scorers_agree(run, sheet, pairs);
  out.evaluation = run.verdict, out.by_scorer = run.verdicts;
  return out;
}

}  // namespace udrl::eval
