// Joint coverage of words, return and task.
#include "tag_coverage.hpp"

#include <algorithm>
#include <cmath>

#include "udrl/base/table.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/page/parts.hpp"

namespace udrl::distill {
namespace {

using command::Fitted;
using command::FittedTask;
using command::Support;
using page::Html;
using page::tag;

constexpr double width = 390, left = 24, row_height = 22, axis = 34;

std::string number(double value) { return udrl::fixed(value, 2); }

int longest(const Support& support) {
  for (int words = command::max_words; words > 1; --words) {
    if (support.near(words, {}, 0) > 0) return words;
  }
  return 1;
}

std::uint64_t most(const Support& support) {
  std::uint64_t out = 1;
  for (int words = 1; words <= command::max_words; ++words) {
    for (int bin = 0; bin < support.bins(); ++bin) out = std::max(out, support.count(words, bin));
  }
  return out;
}

command::Command asking_for(const Fitted& fitted, int slot, int words, int which, int bin) {
  command::Command command{slot, words, std::nullopt, std::vector<std::optional<int>>(fitted.further.size())};
  (which == 0 ? command.return_bin : command.further[static_cast<std::size_t>(which) - 1]) = bin;
  return command;
}

/// Words from left to right, returns from the bottom up.
Html map_of(const Fitted& fitted, int slot, int which) {
  const Support& support = fitted.task(slot).of(which).support;
  const int words = longest(support);
  const double cell = (width - left) / words, bottom = row_height * fitted.bins;
  const auto fullest = static_cast<double>(most(support));
  std::vector<Html> parts;
  for (int bin = 0; bin < fitted.bins; ++bin) {
    const double y = bottom - row_height * (bin + 1);
    parts.push_back(tag("text", {{"x", "0"}, {"y", number(y + row_height * 0.7)}}, std::to_string(bin)));
    for (int n = 1; n <= words; ++n) {
      const std::uint64_t count = support.count(n, bin);
      if (count == 0 || !fitted.supports(asking_for(fitted, slot, n, which, bin))) continue;
      const double fill = 0.15 + 0.85 * std::sqrt(static_cast<double>(count) / fullest);
      parts.push_back(tag("rect",
                          {{"x", number(left + cell * (n - 1))},
                           {"y", number(y + 1)},
                           {"width", number(cell * 0.94)},
                           {"height", number(row_height - 2)},
                           {"fill", "currentColor"},
                           {"fill-opacity", number(fill)}},
                          {tag("title", std::to_string(n) + " words, return " + std::to_string(bin) + ": " +
                                            std::to_string(count) + " records")}));
    }
  }
  for (int n = 5; n < words; n += 5) {
    parts.push_back(tag("text",
                        {{"x", number(left + cell * (n - 0.5))}, {"y", number(bottom + 16)}, {"text-anchor", "middle"}},
                        std::to_string(n)));
  }
  parts.push_back(tag("text", {{"x", number(width)}, {"y", number(bottom + 31)}, {"text-anchor", "end"}}, "words"));
  return tag("svg", {{"viewBox", "0 0 " + number(width) + " " + number(bottom + axis)}, {"role", "img"}}, parts);
}

std::uint64_t records_of(const Support& support) {
  std::uint64_t out = 0;
  for (int bin = 0; bin < support.bins(); ++bin) out += support.total(bin);
  return out;
}

Html figure_of(const Fitted& fitted, int slot, int which) {
  const FittedTask& task = fitted.task(slot);
  const std::string name = which == 0 ? "return" : fitted.further[static_cast<std::size_t>(which) - 1].name;
  return page::figure(fitted.returns() == 1 ? task.name : task.name + ", " + name,
                      std::to_string(records_of(task.of(which).support)) + " training records, returns " +
                          std::to_string(fitted.lowest_return(slot, {}, which)) + " to " +
                          std::to_string(fitted.top_return(slot, {}, which)) + " can be asked",
                      map_of(fitted, slot, which));
}

}  // namespace

std::string coverage_html(const Fitted& fitted) {
  std::vector<Html> charts;
  for (int slot = 0; slot < static_cast<int>(fitted.tasks.size()); ++slot) {
    for (int which = 0; which < fitted.returns(); ++which) charts.push_back(figure_of(fitted, slot, which));
  }
  const Html heading = page::heading(
      "What can be asked", "Training records by words (across) and return (up); empty where a command is refused.");
  return page::document("Coverage of commands",
                        tag("main", {heading, tag("div", {{"class", "charts"}}, charts), tag("footer", version())}));
}

}  // namespace udrl::distill
