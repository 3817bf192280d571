// Answers side by side. What models wrote is hostile: it enters as text, isolated from the direction of its
// surroundings.
#include <algorithm>

#include "parts.hpp"
#include "stats/format.hpp"

namespace udrl::eval {
namespace {

/// Cases spread evenly over the set, tasks in turn: not chosen by how they look.
std::vector<std::size_t> shown_cases(const CaseSet& set, std::size_t shown) {
  std::vector<std::size_t> picked;
  const std::size_t tasks = std::max<std::size_t>(set.tasks.size(), 1), n = std::min(shown, set.main().intents);
  for (std::size_t k = 0; k < n; ++k) picked.push_back((k * set.main().intents / n) * tasks + k % tasks);
  return picked;
}

std::string figures(const Measured& m, std::size_t scorer) {
  const Relevance& r = m.relevance[scorer];
  std::string out = "relevance " + fixed(r.masked, 2) + " masked, " + fixed(r.raw, 2) + " as written · " +
                    std::to_string(m.words) + " words";
  if (m.answer.asked_words) out += ", " + std::to_string(*m.answer.asked_words) + " asked";
  return out;
}

Html answer(const MeasuredRow& row, std::size_t i, std::size_t scorer) {
  const Measured& m = row.answers[i];
  std::vector<Html> how = {text(figures(m, scorer))};
  if (!m.valid()) how.push_back(tag("span", {{"class", "broken"}}, " · not valid: " + m.broken_rule));
  const std::string who = row.row.kind == RowKind::student ? "who student" : "who";
  return tag("div", {tag("p", {{"class", who}}, row.row.short_title),
                     tag("p", {{"class", "said"}}, {tag("bdi", m.answer.text.empty() ? "(nothing)" : m.answer.text)}),
                     tag("p", {{"class", "how"}}, how)});
}

}  // namespace

Html answers_section(const Results& results, std::size_t shown) {
  const std::size_t scorer = results.primary.scorer;
  std::vector<Html> parts = {tag("h2", "Side by side"),
                             tag("p", {{"class", "under"}},
                                 "Requests spread evenly over the test set, not chosen. Students were told a "
                                 "return and a number of words, the others neither.")};
  for (const std::size_t i : shown_cases(results.set, shown)) {
    const Case& c = results.set.cases[i];
    std::vector<Html> answers;
    for (const MeasuredRow& row : results.measured)
      if (row.row.kind != RowKind::control && row.row.in_tables()) answers.push_back(answer(row, i, scorer));
    parts.push_back(
        tag("article", {{"class", "pair"}},
            {tag("header", {tag("b", {tag("bdi", c.intent.intent)}), tag("span", {{"class", "small muted"}}, c.task)}),
             tag("div", {{"class", "columns"}}, answers)}));
  }
  return join(parts);
}

}  // namespace udrl::eval
