// Curves of a training run.
#include <algorithm>
#include <map>

#include "run_report.hpp"
#include "udrl/base/table.hpp"
#include "udrl/page/chart.hpp"
#include "udrl/page/parts.hpp"

namespace udrl::train {
namespace {

using page::Html, page::Series;

using Points = std::vector<std::pair<double, double>>;

constexpr std::size_t points_drawn = 120;
constexpr std::size_t curves_drawn = 6;  // as many as can be told apart
constexpr const char* css_classes[curves_drawn] = {"student",        "model",        "control",
                                                   "student dashed", "model dashed", "control dashed"};

/// The figure `name` of each line that has it, against the step.
Points points_of(const std::vector<Json>& metrics, const char* name) {
  Points points;
  for (const Json& line : metrics) {
    const auto found = line.find(name);
    if (found != line.end() && found->is_number()) points.emplace_back(number_in(line, "step"), found->get<double>());
  }
  return points;
}

/// Means over up to a fifteenth of the run around each point: steps differ in what they hold.
Points smoothed(const Points& points) {
  const std::size_t reach = points.size() / 30;
  Points out = points;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::size_t here = std::min({reach, i, points.size() - 1 - i}), first = i - here, last = i + here;
    double sum = 0;
    for (std::size_t j = first; j <= last; ++j) sum += points[j].second;
    out[i].second = sum / static_cast<double>(last - first + 1);
  }
  return out;
}

/// Means of neighbours, so that a long run is not drawn as a band of noise.
Points thinned(const Points& points) {
  const std::size_t group = (points.size() + points_drawn - 1) / points_drawn;
  Points out;
  for (std::size_t from = 0; from < points.size(); from += group) {
    const std::size_t to = std::min(from + group, points.size());
    std::pair<double, double> mean{0, 0};
    for (std::size_t i = from; i < to; ++i) {
      mean.first += points[i].first / static_cast<double>(to - from);
      mean.second += points[i].second / static_cast<double>(to - from);
    }
    out.push_back(mean);
  }
  return out;
}

/// Tokens over seconds, stretch by stretch: evaluations and saving are in it.
Points speeds(const std::vector<Json>& metrics) {
  const std::size_t stretch = std::max<std::size_t>(1, metrics.size() / 40);
  Points points;
  for (std::size_t i = stretch; i < metrics.size(); i += stretch) {
    const Json &before = metrics[i - stretch], &now = metrics[i];
    const double seconds = number_in(now, "seconds") - number_in(before, "seconds");
    const double tokens = number_in(now, "tokens") - number_in(before, "tokens");
    if (seconds > 0) points.emplace_back(number_in(now, "step"), tokens / seconds);
  }
  return points;
}

/// A curve for each key of the objects called `name`; where there are too many, those that are highest at the end.
std::vector<Series> curves_by(const std::vector<Json>& metrics, const char* name, const std::string& before_key) {
  std::map<std::string, Points> by_key;
  for (const Json& line : metrics) {
    if (!line.contains(name)) continue;
    for (const auto& [key, loss] : line.at(name).items())
      if (loss.is_number()) by_key[key].emplace_back(number_in(line, "step"), loss.get<double>());
  }
  std::vector<Series> series;
  for (const auto& [key, points] : by_key) series.push_back({before_key + key, "", thinned(points)});
  if (series.size() > curves_drawn) {
    std::stable_sort(series.begin(), series.end(),
                     [](const Series& a, const Series& b) { return a.points.back().second > b.points.back().second; });
    series.resize(curves_drawn);
  }
  for (std::size_t i = 0; i < series.size(); ++i) series[i].css_class = css_classes[i];
  return series;
}

Html chart(const std::vector<Series>& series, const std::string& y_title, bool from_zero) {
  return page::lines_chart(series, {"step", y_title, {}, false, false, from_zero});
}

Html single(const Points& points, const std::string& y_title) {
  return chart({{"", "student", points}}, y_title, /*from_zero=*/true);
}

Html losses(const std::vector<Json>& metrics) {
  std::vector<Series> series = {{"training", "control", smoothed(thinned(points_of(metrics, "loss")))}};
  const Points valid = thinned(points_of(metrics, "valid_loss"));
  if (!valid.empty()) series.push_back({"validation", "student", valid});
  return chart(series, "nats a token", /*from_zero=*/false);
}

/// Where the training loss is of other texts.
std::string of_plain(const std::vector<Json>& metrics) {
  std::uint64_t last = 0;
  for (const Json& line : metrics)
    if (line.contains("phase")) last = natural_in(line, "step");
  return last > 0 ? " Up to about step " + grouped(last) + " the former is of plain text." : "";
}

}  // namespace

Html run_charts(const std::vector<Json>& metrics) {
  std::vector<Html> charts;
  const auto add = [&](const std::string& title, const std::string& words, const Html& drawn) {
    if (!drawn.markup().empty()) charts.push_back(page::figure(title, words, drawn));
  };
  add("Loss",
      "Training loss (smoothed) is measured with swaps, cuts and dropout, validation loss without." + of_plain(metrics),
      losses(metrics));
  add("Validation loss by task", "Where there are many, the six that are highest at the end.",
      chart(curves_by(metrics, "valid_by_task", ""), "nats a token", false));
  add("Validation loss by return", "By the return that the teacher’s answer earned, which is asked for here.",
      chart(curves_by(metrics, "valid_by_return", "return "), "nats a token", false));
  add("Learning rate", "Of AdamW; Muon’s follows the same schedule.",
      single(thinned(points_of(metrics, "lr")), "rate"));
  add("Speed", "Evaluations, samples and saving included.", single(speeds(metrics), "tokens a second"));
  add("Gradient norm", "Before clipping.", single(thinned(points_of(metrics, "grad_norm")), "norm"));
  return charts.empty() ? Html{} : page::tag("div", {{"class", "charts"}}, charts);
}

}  // namespace udrl::train
