// The verdict on the data as a whole.
#include <algorithm>

#include "checks.hpp"
#include "udrl/base/listed.hpp"

namespace udrl::inspect {
namespace {

/// What a scorer must pass to make labels: effects can be taken out afterwards, so they do not count.
bool counts_for_label(const Check& check) { return check.question != confounded_check; }

Finding label_finding(const std::vector<Check>& checks, const std::string& scorer) {
  Finding worst = Finding::pass;
  for (const Check& check : checks) {
    if (check.scorer != scorer || !counts_for_label(check)) continue;
    if (check.finding == Finding::fail) return Finding::fail;
    if (check.finding == Finding::unknown) worst = Finding::unknown;
  }
  return worst;
}

/// The first of those that pass most questions.
std::string most_passed(const std::vector<Check>& checks, const std::vector<std::string>& scorers) {
  const auto passed = [&](const std::string& scorer) {
    return std::count_if(checks.begin(), checks.end(),
                         [&](const Check& check) { return check.scorer == scorer && check.finding == Finding::pass; });
  };
  return *std::max_element(scorers.begin(), scorers.end(),
                           [&](const auto& a, const auto& b) { return passed(a) < passed(b); });
}

/// A label that follows length, copying or temperature can be mended by tag, but must not pass unsaid.
std::string caveat(const std::vector<Check>& checks, const std::string& scorer) {
  for (const Check& check : checks)
    if (check.question == confounded_check && check.scorer == scorer && check.finding == Finding::fail)
      return "; mind that " + scorer + " follows length, copying or temperature";
  return "";
}

/// What would answer the questions that are open for a scorer, and for the data.
std::string open_cures(const std::vector<Check>& checks, const std::string& scorer) {
  std::string out;
  for (const Check& check : checks) {
    const bool asked = check.scorer == scorer && counts_for_label(check);
    if (!asked || check.finding != Finding::unknown || out.find(check.cure) != std::string::npos) continue;
    out += (out.empty() ? "" : "; ") + check.cure;
  }
  return out;
}

}  // namespace

Check overall_check(const std::vector<Check>& checks, const Findings& f) {
  Check overall{"worth training on", f.scorers.front(), Finding::unknown, "", ""};
  std::map<Finding, std::vector<std::string>> scorers;
  for (const std::string& scorer : f.scorers) scorers[label_finding(checks, scorer)].push_back(scorer);
  const auto& good = scorers[Finding::pass];
  const auto& open = good.empty() ? scorers[Finding::unknown] : good;
  overall.scorer = most_passed(checks, open.empty() ? f.scorers : open);
  if (open.empty()) {
    overall.finding = Finding::fail;
    overall.reason = "every scorer fails at something that a label needs";
    overall.cure = "fix what fails below before training: a student learns what its labels say";
  } else if (!good.empty()) {
    overall.finding = Finding::pass;
    overall.reason = enumerated(good) + (good.size() > 1 ? " make" : " makes") + " labels that other scorers bear out";
  } else {
    overall.reason = "nothing rules out labels by " + enumerated(open) + ", but not every question could be answered";
    overall.cure = open_cures(checks, overall.scorer);
  }
  overall.reason += caveat(checks, overall.scorer);
  return overall;
}

}  // namespace udrl::inspect
