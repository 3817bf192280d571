// Joint coverage of words, return and task.
#include "steps.hpp"

#include "udrl/base/tool.hpp"
#include "udrl/page/chart.hpp"
#include "udrl/page/parts.hpp"

namespace udrl::distill {
namespace {

using command::Fitted;
using command::FittedTask;
using command::Support;
using page::Html;
using page::tag;

int longest(const Support& support) {
  for (int words = command::max_words; words > 1; --words) {
    if (support.near(words, {}, 0) > 0) return words;
  }
  return 1;
}

command::Command asking_for(const Fitted& fitted, int task_index, int words, int which, int bin) {
  command::Command command{task_index, words, std::nullopt, std::vector<std::optional<int>>(fitted.auxiliary.size())};
  (which == 0 ? command.return_bin : command.auxiliary[static_cast<std::size_t>(which) - 1]) = bin;
  return command;
}

std::string name_of(const Fitted& fitted, int which) {
  return which == 0 ? "return" : fitted.auxiliary[static_cast<std::size_t>(which) - 1].name;
}

/// Words from left to right, returns from the bottom up.
Html map_of(const Fitted& fitted, int task_index, int which) {
  const Support& support = fitted.task(task_index).of(which).support;
  page::CellMap map{longest(support), fitted.bins, {}};
  for (int bin = 0; bin < fitted.bins; ++bin) {
    for (int words = 1; words <= map.columns; ++words) {
      const std::uint64_t count = support.count(words, bin);
      if (count == 0 || !fitted.supports(asking_for(fitted, task_index, words, which, bin))) continue;
      map.cells.push_back({words, bin, count,
                           std::to_string(words) + " words, " + name_of(fitted, which) + " " + std::to_string(bin) +
                               ": " + std::to_string(count) + " records"});
    }
  }
  return page::map_chart(map, "words", "training records by words and return");
}

Html figure_of(const Fitted& fitted, int task_index, int which) {
  const FittedTask& task = fitted.task(task_index);
  return page::figure(fitted.returns() == 1 ? task.name : task.name + ", " + name_of(fitted, which),
                      std::to_string(task.of(which).support.near({}, {}, 0)) + " training records, returns " +
                          std::to_string(fitted.lowest_return(task_index, {}, which)) + " to " +
                          std::to_string(fitted.top_return(task_index, {}, which)) + " can be asked",
                      map_of(fitted, task_index, which));
}

}  // namespace

std::string coverage_html(const Fitted& fitted) {
  std::vector<Html> charts;
  for (int task_index = 0; task_index < static_cast<int>(fitted.tasks.size()); ++task_index) {
    for (int which = 0; which < fitted.returns(); ++which) charts.push_back(figure_of(fitted, task_index, which));
  }
  const Html heading = page::heading(
      "What can be asked",
      "Training records by words (across) and return (up); empty where a command is refused. Each map asks for one "
      "return and leaves the others open: together they may be refused all the same.");
  return page::document("Coverage of commands",
                        tag("main", {heading, tag("div", {{"class", "charts"}}, charts), tag("footer", version())}));
}

}  // namespace udrl::distill
