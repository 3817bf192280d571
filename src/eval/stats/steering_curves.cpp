// Slopes within a case, so that how easy an intent is does not count.
#include "steering_curves.hpp"

#include <cmath>
#include <functional>
#include <limits>

#include "diversity_ratio.hpp"

namespace udrl::eval {
namespace {

using command::SideEffect, command::SteeringCurve, command::SteeringPoint;
using score::Column, score::Resamples;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr int diversity_words = 12;

using Value = std::function<std::optional<double>(const Measured&)>;

/// Something that is measured of every answer, or of the valid ones.
struct Measure {
  std::string name;
  Value of;
};

std::optional<double> words_of(const Measured& m) { return m.words; }
std::optional<double> return_of(const Measured& m) { return m.achieved; }

std::vector<Measure> halves_of(const std::vector<ScorerInfo>& scorers) {
  std::vector<Measure> out;
  for (std::size_t s = 0; s < scorers.size(); ++s)
    for (const Half half : halves)
      out.push_back({to_string(half) + " by " + scorers[s].name, [s, half](const Measured& m) {
                       return m.valid() ? std::optional(value_of(m.relevance[s], half)) : std::nullopt;
                     }});
  return out;
}

/// The middle of a bin, as a share of the teacher's draws.
Value asked_return(int bins) {
  return [bins](const Measured& m) -> std::optional<double> {
    if (!m.answer.asked_return) return std::nullopt;
    return (*m.answer.asked_return + 0.5) / bins;
  };
}

std::optional<double> asked_words(const Measured& m) {
  if (!m.answer.asked_words) return std::nullopt;
  return *m.answer.asked_words;
}

/// What was asked and what came, case by case.
class Responses {
 public:
  Responses(const std::vector<MeasuredRow>& rows, const SteeringInputs& inputs, const std::string& task, Value asked,
            Value got)
      : rows_(rows), inputs_(inputs), task_(task), asked_(std::move(asked)), got_(std::move(got)) {}

  SteeringCurve curve(const Resamples& resamples, bool same_unit) const {
    SteeringCurve curve;
    curve.task = task_;
    for (const MeasuredRow& row : rows_) add_point(row, resamples, curve.points);
    curve.gain = gain(resamples);
    curve.offset = score::undefined_estimate;
    Pairs all = pairs_of_all();
    curve.rank_correlation = score::estimate_spearman(all.asked, all.got, all.clusters, resamples);
    if (same_unit) {
      for (std::size_t i = 0; i < all.got.size(); ++i) all.got[i] -= all.asked[i];
      curve.offset = score::estimate_mean(all.got, all.clusters, resamples);
    }
    return curve;
  }

 private:
  struct Pairs {
    std::vector<double> asked, got;
    std::vector<std::size_t> clusters;
  };

  void add(const MeasuredRow& row, std::size_t i, Pairs& pairs) const {
    const Case& c = inputs_.set.cases[i];
    if (!task_.empty() && c.task != task_) return;
    const auto x = asked_(row.answers[i]), y = got_(row.answers[i]);
    if (!x || !y) return;
    pairs.asked.push_back(*x);
    pairs.got.push_back(*y);
    pairs.clusters.push_back(c.cluster);
  }

  Pairs pairs_of_all() const {
    Pairs pairs;
    for (const MeasuredRow& row : rows_)
      for (std::size_t i = 0; i < row.answers.size(); ++i) add(row, i, pairs);
    return pairs;
  }

  void add_point(const MeasuredRow& row, const Resamples& resamples, std::vector<SteeringPoint>& points) const {
    Pairs pairs;
    for (std::size_t i = 0; i < row.answers.size(); ++i) add(row, i, pairs);
    if (pairs.got.empty()) return;
    points.push_back(
        {score::mean(pairs.asked), score::estimate_mean(pairs.got, pairs.clusters, resamples), pairs.got.size()});
  }

  /// Σ (x − x̄)(y − ȳ) / Σ (x − x̄)², the means being those of the case.
  score::Estimate gain(const Resamples& resamples) const {
    std::vector<double> products, squares;
    std::vector<std::size_t> clusters;
    for (std::size_t i = 0; i < inputs_.set.cases.size(); ++i) {
      Pairs pairs;
      for (const MeasuredRow& row : rows_) add(row, i, pairs);
      if (pairs.got.size() < 2) continue;
      const double x = score::mean(pairs.asked), y = score::mean(pairs.got);
      double product = 0, square = 0;
      for (std::size_t k = 0; k < pairs.got.size(); ++k) {
        product += (pairs.asked[k] - x) * (pairs.got[k] - y);
        square += (pairs.asked[k] - x) * (pairs.asked[k] - x);
      }
      products.push_back(product);
      squares.push_back(square);
      clusters.push_back(pairs.clusters.front());
    }
    const Column top = score::make_column(products, clusters, resamples.clusters);
    const Column bottom = score::make_column(squares, clusters, resamples.clusters);
    std::vector<double> draws = score::resampled_means(top, resamples);
    const std::vector<double> below = score::resampled_means(bottom, resamples);
    for (std::size_t i = 0; i < draws.size(); ++i) draws[i] = below[i] > 0 ? draws[i] / below[i] : nan;
    return score::estimate(bottom.mean() > 0 ? top.mean() / bottom.mean() : nan, draws);
  }

  const std::vector<MeasuredRow>& rows_;
  const SteeringInputs& inputs_;
  std::string task_;
  Value asked_, got_;
};

Resamples resamples_for(const SteeringInputs& inputs) {
  return score::draw_resamples(inputs.set.main().subjects.size(), inputs.resamples, inputs.seed);
}

/// Of one command from its lowest to its highest row, paired by case.
score::Estimate change(const std::vector<MeasuredRow>& rows, const Value& of, const SteeringInputs& inputs,
                       const Resamples& resamples) {
  std::vector<double> values;
  std::vector<std::size_t> clusters;
  for (std::size_t i = 0; i < inputs.set.cases.size(); ++i) {
    const auto low = of(rows.front().answers[i]), high = of(rows.back().answers[i]);
    if (!low || !high) continue;
    values.push_back(*high - *low);
    clusters.push_back(inputs.set.cases[i].cluster);
  }
  return score::estimate_mean(values, clusters, resamples);
}

void add_effects(const std::string& command, const std::vector<MeasuredRow>& rows, std::vector<Measure> measures,
                 const SteeringInputs& inputs, std::vector<SideEffect>& out) {
  if (rows.size() < 2) return;
  const Resamples resamples = resamples_for(inputs);
  measures.push_back({"copying", [](const Measured& m) { return std::optional(m.copying); }});
  measures.push_back({"valid", [](const Measured& m) { return std::optional(m.valid() ? 1.0 : 0.0); }});
  for (const Measure& measure : measures)
    out.push_back({command, measure.name, change(rows, measure.of, inputs, resamples)});
  out.push_back({command, "distinct pairs of words, ratio",
                 diversity_ratio(rows.back(), rows.front(), inputs.set, diversity_words, {}, inputs.seed).distinct_2});
}

}  // namespace

std::vector<SteeringCurve> steering_curves(const SteeringRows& rows, const SteeringInputs& inputs) {
  std::vector<SteeringCurve> curves;
  const Resamples resamples = resamples_for(inputs);
  const auto add = [&](const std::string& command, const std::vector<MeasuredRow>& of, const std::string& task,
                       const Value& asked, const Measure& measure) {
    if (of.empty()) return;
    SteeringCurve curve = Responses(of, inputs, task, asked, measure.of).curve(resamples, measure.name == command);
    curve.command = command;
    curve.measure = measure.name;
    if (!curve.points.empty()) curves.push_back(std::move(curve));
  };
  add("return", rows.returns, "", asked_return(inputs.bins), {"return", return_of});
  for (const Measure& half : halves_of(inputs.scorers))
    add("return", rows.returns, "", asked_return(inputs.bins), half);
  for (const std::string& task : inputs.set.tasks) {
    add("return", rows.returns, task, asked_return(inputs.bins), {"return", return_of});
    add("words", rows.lengths, task, asked_words, {"words", words_of});
  }
  return curves;
}

std::vector<SideEffect> side_effects(const SteeringRows& rows, const SteeringInputs& inputs) {
  std::vector<SideEffect> out;
  add_effects("return", rows.returns, {{"words", words_of}}, inputs, out);
  std::vector<Measure> measures = halves_of(inputs.scorers);
  measures.insert(measures.begin(), {"return", return_of});
  add_effects("words", rows.lengths, std::move(measures), inputs, out);
  return out;
}

}  // namespace udrl::eval
