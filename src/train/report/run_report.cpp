// The page. Not for: its curves (run_report_charts.cpp).
#include "run_report.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "metrics.hpp"
#include "step_log.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/table.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/page/figures.hpp"
#include "udrl/page/parts.hpp"

namespace udrl::train {
namespace {

using namespace page;  // markup and figures
using page::fixed;     // not the plain one of base/table.hpp

struct Lowest {
  double loss = std::numeric_limits<double>::infinity();
  double bits_per_byte = 0;
  std::uint64_t step = 0;
};

Lowest lowest_valid(const std::vector<Json>& metrics) {
  Lowest lowest;
  for (const Json& line : metrics) {
    const auto found = line.find("valid_loss");
    if (found == line.end() || !found->is_number()) continue;  // of a run that failed it may be null
    const double loss = *found;
    if (loss < lowest.loss) lowest = {loss, number_in(line, "valid_bits_per_byte"), natural_in(line, "step")};
  }
  return lowest;
}

std::string minutes(double seconds) {
  return seconds < 100 ? fixed(seconds, 0) + "\u00a0s" : fixed(seconds / 60, 1) + "\u00a0min";
}

/// "18.2 min left" at the pace so far; nothing where it has ended.
std::string time_left(const RunDescription& run, const Json& last) {
  const double step = number_in(last, "step"), left = static_cast<double>(run.steps) - step;
  if (!run.outcome.empty() || !run.stopped_by.empty() || left <= 0 || step <= 0) return "of training";
  return "of training, about " + minutes(left * number_in(last, "seconds") / step) + " to go";
}

Html facts(const RunDescription& run, const std::vector<Json>& metrics) {
  const Json& last = metrics.back();
  const Lowest lowest = lowest_valid(metrics);
  std::vector<Html> parts = {fact(millions(run.parameters), "parameters")};
  if (lowest.step > 0) {
    // Lines of earlier versions have none.
    const std::string bits = lowest.bits_per_byte > 0 ? " (" + fixed(lowest.bits_per_byte, 3) + " bits a byte)" : "";
    parts.push_back(fact(fixed(lowest.loss, 3),
                         "lowest validation loss, nats a token" + bits + ", after step " + grouped(lowest.step)));
  }
  std::string pace = "tokens a second";
  if (const double share = number_in(last, "mfu"); share > 0)
    pace += "; " + percent(share) + " MFU (of the measured matmul peak)";
  parts.push_back(fact(grouped(static_cast<std::uint64_t>(std::llround(number_in(last, "tokens_per_s")))), pace));
  parts.push_back(fact(minutes(number_in(last, "seconds")), time_left(run, last)));
  return tag("div", {{"class", "facts"}}, parts);
}

std::string title(const RunDescription& run, const std::vector<Json>& metrics) {
  const std::uint64_t step = metrics.empty() ? 0 : natural_in(metrics.back(), "step");
  return "Training: step " + grouped(step) + " of " + grouped(run.steps);
}

Html summary(const RunDescription& run, const std::vector<Json>& metrics) {
  std::vector<Html> parts = {tag("p", {{"class", "kicker"}}, "udrl train"), tag("h1", title(run, metrics))};
  for (const std::string& line : run.lines) parts.push_back(tag("p", line));
  if (!metrics.empty()) parts.push_back(facts(run, metrics));
  return tag("header", parts);
}

Html answer(const std::string& who, const Json& sample, const std::string& css_class) {
  return tag("div", {tag("p", {{"class", css_class}}, who), tag("p", {{"class", "said"}}, text_in(sample, "answer"))});
}

/// A request with its first and its last answer.
Html request(const Json& first, const Json& last) {
  const auto when = [](const Json& sample) { return "after step " + grouped(natural_in(sample, "step")); };
  std::vector<Html> columns;
  if (first != last) columns.push_back(answer(when(first), first, "who"));
  columns.push_back(answer(when(last), last, "who student"));
  std::string asked = text_in(last, "task");
  if (last.contains("words")) asked += ", " + plural(natural_in(last, "words"), "word") + " asked";
  return tag("div", {{"class", "pair"}},
             {tag("header", {tag("b", text_in(last, "intent")), tag("span", {{"class", "muted small"}}, asked)}),
              tag("div", {{"class", "columns"}}, columns)});
}

Html samples_section(const std::vector<Json>& samples) {
  if (samples.empty()) return {};
  std::vector<Html> parts = {heading("What the student writes",
                                     "The same requests of the validation split each time, under the top return; "
                                     "the likeliest token each time.")};
  const Json& newest = samples.back();
  for (const Json& last : samples) {
    if (natural_in(last, "step") != natural_in(newest, "step")) continue;
    const auto same = [&](const Json& other) {
      return text_in(other, "task") == text_in(last, "task") && text_in(other, "intent") == text_in(last, "intent");
    };
    parts.push_back(request(*std::find_if(samples.begin(), samples.end(), same), last));
  }
  return join(parts);
}

Html what_stopped_it(const RunDescription& run) {
  if (run.stopped_by.empty()) return {};
  return join(
      {heading("What stopped it", "The same command would come to the same step."), tag("pre", run.stopped_by)});
}

Html going_on(const RunDescription& run) {
  if (!run.stopped_by.empty())
    return join(
        {heading("How it was run", "What to do instead is said above."), tag("p", {tag("code", run.command_line)})});
  const std::string words = run.outcome.empty()
                                ? "Running, or stopped: the same command goes on from the state saved last."
                                : run.outcome +
                                      " Ask the student with udrl-generate, compare it with udrl-eval. "
                                      "It was made with:";
  return join({heading("How to go on", words), tag("p", {tag("code", run.command_line)})});
}

}  // namespace

std::string run_report_html(const RunDescription& run, const std::vector<Json>& metrics,
                            const std::vector<Json>& samples) {
  const Html content = tag("main", {summary(run, metrics), what_stopped_it(run), run_charts(metrics),
                                    samples_section(samples), going_on(run), tag("footer", version())});
  return document(title(run, metrics), content);
}

void write_run_report(const std::filesystem::path& folder, const RunDescription& run) {
  constexpr std::size_t most_lines = 4000;
  const std::vector<Json> metrics = read_some_lines(folder / metrics_file, most_lines, "valid_loss");
  write_file_atomic(folder / report_file, run_report_html(run, metrics, read_step_lines(folder / samples_file)));
}

}  // namespace udrl::train
