// The report's charts.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "parts.hpp"
#include "stats/format.hpp"
#include "stats/verdict.hpp"
#include "systems/controls.hpp"
#include "udrl/page/chart.hpp"

namespace udrl::eval {
namespace {

Mark mark_of(const RowResult& row, std::size_t scorer) {
  const Estimate& e = row.scored[scorer].all.masked;
  return {row.row.short_title, css_class(row.row.kind), e.value, e.low, e.high};
}

/// What the verdict asks for, and what the nearest neighbour comes to beside it.
Html parts_chart(const Results& results) {
  std::vector<Mark> marks;
  const auto add = [&](const std::string& label, const char* css_class, const Estimate& e) {
    if (std::isfinite(e.value)) marks.push_back({label, css_class, e.value, e.low, e.high});
  };
  const auto halves_of = [&](const std::string& row, const std::string& who, const char* css_class) {
    const Ratio* ratio = results.shown(results.row(row)).ratio_to(results.primary.reference);
    for (const Half half : halves) add(to_string(half) + who, css_class, ratio->halves[half].value);
  };
  halves_of(results.primary.row, "", "student");
  if (const auto& fluency = results.row(results.primary.row).fluency; fluency && counts_fluency(results))
    add("fluency", "student", fluency->value);
  if (const auto& d = results.row(results.primary.row).diversity_ratio) {
    add("diversity, pairs of words", "student", d->distinct_2);
    add("diversity, spread", "student", d->spread);
  }
  if (std::any_of(results.rows.begin(), results.rows.end(),
                  [](const RowResult& r) { return r.row.name == nearest_row; }))
    halves_of(nearest_row, ", nearest neighbour", "control");
  return interval_chart(marks, results.primary.margin, "share of the teacher’s, counted from the zero");
}

Html relevance_chart(const Results& results) {
  std::vector<Mark> marks;
  for (const RowResult& row : results.rows) marks.push_back(mark_of(row, results.primary.scorer));
  return interval_chart(marks, results.shown(results.row(results.primary.reference)).all.masked.value,
                        "relevance, request’s words masked");
}

/// A figure of a cost, and what charts say of it.
struct Axis {
  const char* title;
  const char* note;
  double (*of)(const Cost&);
  ScatterText words;
};

/// The students' rows, and of every other system the one that was timed: best-of-n costs more.
Html cost_chart(const Results& results, std::size_t scorer, const Axis& axis) {
  std::vector<Point> points;
  for (const RowResult& row : results.rows) {
    const Cost* cost = results.cost_of(row);
    if (!cost || row.row.best_of > 1 || !(axis.of(*cost) > 0)) continue;
    if (row.row.kind == RowKind::student || row.row.name == cost->row)
      points.push_back({mark_of(row, scorer), axis.of(*cost)});
  }
  return scatter_chart(points, axis.words);
}

Html words_chart_of(const Results& results) {
  std::vector<std::pair<int, int>> pairs;
  const auto& answers = results.answers(results.primary.row).answers;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const Measured& m = answers[i];
    if (results.set.cases[i].part == 0 && m.answer.asked_words) pairs.emplace_back(*m.answer.asked_words, m.words);
  }
  return words_chart(pairs);
}

/// How often the teacher's draws lie below the answer, by the return asked for.
Html returns_chart_of(const Results& results) {
  const ReturnSteering& steering = results.return_steering;
  Series achieved{"achieved", "student", {}}, perfect{"asked", "control dashed", {}};
  for (const auto& point : steering.points) achieved.points.emplace_back(point.asked, 100 * point.achieved.value);
  for (int bin = 0; bin < steering.bins; ++bin) perfect.points.emplace_back(bin, 100 * (bin + 0.5) / steering.bins);
  return lines_chart({achieved, perfect}, {"return asked for", "achieved, percent of the teacher’s draws below", {}});
}

/// A figure of a row.
using Figure = std::function<double(const RowResult&)>;

/// A line a system that was asked at several temperatures: that figure against its variety.
std::vector<Series> variety_curves(const Results& results, const Figure& figure) {
  std::map<std::pair<std::string, bool>, Series> by_system;  // with examples, and without
  std::map<std::string, std::string> first_return;
  const auto add = [&](const RowResult& row) {
    const std::string& asked = first_return.emplace(row.row.system, row.row.asked_return).first->second;
    if (row.row.kind == RowKind::control || row.row.best_of > 1 || row.row.asked_return != asked) return;
    Series& series = by_system[{row.row.system, row.row.few_shot}];
    series.label = row.row.system + (row.row.few_shot ? "" : ", zero-shot");
    series.css_class = css_class(row.row.kind);
    if (const double value = figure(row); std::isfinite(value))
      series.points.emplace_back(1 - row.diversity.self_bleu, value);
  };
  for (const RowResult& row : results.rows) add(row);
  for (const RowResult& row : results.curve) add(row);
  std::vector<Series> out;
  for (auto& [name, series] : by_system) {
    std::sort(series.points.begin(), series.points.end());
    if (series.points.size() > 1) out.push_back(std::move(series));
  }
  return out;
}

std::string short_duration(double seconds) {
  return seconds < 1 ? fixed(seconds * 1000, seconds < 0.001 ? 1 : 0) + " ms" : fixed(seconds, 0) + " s";
}

std::string short_count(double n) { return n < 1e9 ? fixed(n / 1e6, n < 1e6 ? 1 : 0) + "M" : fixed(n / 1e9, 0) + "B"; }

/// What a hotter system gains in variety, and what it pays.
void add_variety_charts(const Results& results, std::vector<Html>& all) {
  if (results.curve.empty()) return;
  const std::string note = "Each line a system at several temperatures; right is more varied.";
  const auto relevance = [&](const RowResult& row) { return results.shown(row).all.masked.value; };
  all.push_back(figure("Relevance and variety", note,
                       lines_chart(variety_curves(results, relevance), {"1 − self-BLEU", "masked relevance", {}})));
  if (!counts_fluency(results) || !results.rows.front().fluency) return;
  const auto fluency = [](const RowResult& row) { return row.fluency->value.value; };
  all.push_back(figure("Fluency and variety", note,
                       lines_chart(variety_curves(results, fluency), {"1 − self-BLEU", "fluency", {}})));
}

/// Relevance against both costs by every scorer, the one whose figures are shown first.
void add_cost_charts(const Results& results, std::vector<Html>& all) {
  const Axis axes[] = {{"Relevance and speed",
                        "Left is faster, higher is better",
                        [](const Cost& c) { return c.latency.p50_s; },
                        {"whole answer, median, one at a time", "masked relevance", short_duration}},
                       {"Relevance and size",
                        "Left is smaller, higher is better",
                        [](const Cost& c) { return static_cast<double>(c.model.parameters); },
                        {"parameters", "masked relevance", short_count}}};
  const auto add = [&](std::size_t scorer) {
    for (const Axis& axis : axes)
      all.push_back(figure(axis.title, std::string(axis.note) + "; by " + results.scorers[scorer].info.name + ".",
                           cost_chart(results, scorer, axis)));
  };
  add(results.primary.scorer);
  for (std::size_t scorer = 0; scorer < results.scorers.size(); ++scorer)
    if (scorer != results.primary.scorer) add(scorer);
}

}  // namespace

Html charts_section(const Results& results) {
  std::vector<Html> all = {
      figure("What the verdict asks for",
             "The dashed line is the margin of relevance; the nearest neighbour is beside it.", parts_chart(results)),
      figure("Relevance", "Dots are means, lines 95% intervals; the dashed line is the teacher.",
             relevance_chart(results)),
      figure("Words asked for, words written", "A dot an answer; the line is their mean, the dashes what was asked.",
             words_chart_of(results))};
  add_cost_charts(results, all);
  if (!results.return_steering.points.empty())
    all.push_back(figure("Return asked for, return achieved",
                         "Where the student’s answers stand among the teacher’s draws for the same request, by the "
                         "scorers that made the labels; the dashes are perfect obedience.",
                         returns_chart_of(results)));
  add_variety_charts(results, all);
  return tag("div", {{"class", "charts"}}, all);
}

}  // namespace udrl::eval
