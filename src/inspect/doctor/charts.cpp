// Distributions by intent, agreement, and best of n.
#include "report.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "udrl/page/chart.hpp"
#include "udrl/page/parts.hpp"
#include "udrl/score/kinds.hpp"

namespace udrl::inspect {
namespace {

using page::Html, page::Series;

constexpr int bins_drawn = 28;

/// Shares of the values, a point a bin from `low` to `high`; smoothed over three bins.
std::vector<std::pair<double, double>> shape(const std::vector<double>& values, double low, double high) {
  const double step = (high - low) / bins_drawn;
  std::vector<double> share(bins_drawn + 2, 0.0);  // an empty bin at each end
  for (const double v : values) {
    const int bin = std::clamp(static_cast<int>((v - low) / step), 0, bins_drawn - 1);
    share[static_cast<std::size_t>(bin) + 1] += 1.0 / static_cast<double>(values.size());
  }
  std::vector<std::pair<double, double>> points;
  for (std::size_t i = 0; i < share.size(); ++i) {
    const double before = i > 0 ? share[i - 1] : 0, after = i + 1 < share.size() ? share[i + 1] : 0;
    points.emplace_back(low + (static_cast<double>(i) - 0.5) * step, 0.25 * before + 0.5 * share[i] + 0.25 * after);
  }
  return points;
}

/// Values drawn: from the 0.5% to the 99.5% quantile of all, so that one outlier hides nothing.
std::pair<double, double> drawn_range(const Gate& gate) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const auto& of_intent : gate.values) {
    low = std::min(low, score::quantile(of_intent.second, 0.005));
    high = std::max(high, score::quantile(of_intent.second, 0.995));
  }
  return {low, high};
}

Html distribution(const Gate& gate) {
  const auto [low, high] = drawn_range(gate);
  if (!(high > low)) return {};
  std::vector<Series> series;
  const auto add = [&, low = low, high = high](const char* name, const char* label, const char* css_class) {
    const auto found = gate.values.find(name);
    if (found != gate.values.end() && !found->second.empty())
      series.push_back({label, css_class, shape(found->second, low, high)});
  };
  add("true", "its own intent", "student");
  add("subject", "subject swapped", "model dashed");
  add("shuffled", "another intent", "control");
  return page::lines_chart(series, {gate.scorer, "share", {}, false, true});
}

/// The gain of selecting by one scorer, mean over those that judge; a point a number of draws.
Series best_of_line(const Findings& f, const std::string& selecting, const std::vector<std::string>& judging) {
  Series line;
  for (const BestOf& b : f.best) {
    if (b.selecting != selecting || std::find(judging.begin(), judging.end(), b.judging) == judging.end()) continue;
    const auto draws = static_cast<double>(b.draws), gain = b.gain.value / static_cast<double>(judging.size());
    const auto same = std::find_if(line.points.begin(), line.points.end(), [&](auto& p) { return p.first == draws; });
    if (same == line.points.end()) line.points.emplace_back(draws, gain);
    else same->second += gain;
  }
  return line;
}

/// What selecting by one scorer gains, as itself, related and independent scorers see it.
Html best_of_chart(const Findings& f, const std::string& selecting) {
  std::vector<std::string> related, others;
  for (const std::string& name : f.scorers)
    if (name != selecting && !score::independent(name, selecting)) related.push_back(name);
  for (const std::string& name : f.judges)
    if (score::independent(name, selecting)) others.push_back(name);
  std::vector<Series> series;
  const auto add = [&](const char* label, const char* css_class, const std::vector<std::string>& judging) {
    Series line = best_of_line(f, selecting, judging);
    line.label = label, line.css_class = css_class;
    if (!line.points.empty()) series.push_back(std::move(line));
  };
  add("as it sees itself", "student", {selecting});
  add("related scorers", "control", related);
  add("independent scorers", "model dashed", others);
  if (series.empty()) return {};
  std::vector<double> ticks;
  for (const auto& point : series.front().points) ticks.push_back(point.first);
  return page::lines_chart(series, {"best of so many draws", "gain, SD", ticks, true, false});
}

Html agreement_chart(const Findings& f) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  std::vector<std::vector<double>> values;
  for (const std::string& a : f.scorers) {
    values.emplace_back();
    for (const std::string& b : f.scorers) {
      const Agreement* pair = f.agreement(a, b);
      values.back().push_back(pair ? pair->spearman.value : nan);
    }
  }
  return page::matrix_chart(f.scorers, values, "agreement of scorers within intents");
}

}  // namespace

Html charts_section(const Findings& f) {
  std::vector<Html> charts;
  const auto add = [&](const std::string& title, const std::string& words, const Html& chart) {
    if (!chart.markup().empty()) charts.push_back(page::figure(title, words, chart));
  };
  for (const Gate& gate : f.gates)
    add("Does " + gate.scorer + " see the intent?",
        "The same answers, scored for three intents: the less overlap the better.", distribution(gate));
  if (f.scorers.size() > 1)
    add("Agreement within intents", "Do two scorers order the draws of an intent alike? Rank correlation.",
        agreement_chart(f));
  for (const std::string& scorer : f.scorers)
    add("Best of n by " + scorer, "What the picked draw gains over the mean draw, as each kind of scorer sees it.",
        best_of_chart(f, scorer));
  return page::tag("div", {{"class", "charts"}}, charts);
}

}  // namespace udrl::inspect
