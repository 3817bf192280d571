// Real returns of new answers, and their place among the draws.
#include "steering.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "real_returns.hpp"
#include "udrl/data/shards.hpp"

namespace udrl::eval {
namespace {

/// Real returns of the teacher's draws.
using Draws = std::map<std::pair<std::string, std::string>, std::vector<double>>;  // by intent and task

Draws read_draws(const std::vector<std::filesystem::path>& splits) {
  Draws draws;
  for (const auto& split : splits) {
    data::JsonLinesReader reader(split);
    while (const auto record = reader.next_as(data::record_from_json))
      if (record->return_value) draws[{record->intent.intent_id, record->task}].push_back(*record->return_value);
  }
  return draws;
}

double place_of(double real, const Case& c, const command::Fitted& fitted, const Draws& draws) {
  const auto own = draws.find({c.intent.intent_id, c.task});
  if (fitted.kind == command::ReturnKind::advantage && own != draws.end())
    if (const auto place = command::percentile_among(own->second, real)) return *place;
  return fitted.percentile(fitted.task(c.task), real);
}

}  // namespace

std::string add_achieved(std::vector<MeasuredRow>& rows, const CaseSet& set, const command::Fitted& fitted,
                         const std::vector<ScorerInfo>& scorers, const std::vector<std::filesystem::path>& splits) {
  RealReturns returns(fitted, scorers);
  if (!returns.why_not().empty()) return returns.why_not();
  const Draws draws = read_draws(splits);
  for (MeasuredRow& row : rows) {
    if (row.row.kind != RowKind::student) continue;
    for (std::size_t i = 0; i < row.answers.size(); ++i) {
      Measured& m = row.answers[i];
      const Case& c = set.cases[i];
      if (!m.valid()) continue;
      m.achieved = place_of(returns.of(m, c), c, fitted, draws);
    }
  }
  return "";
}

int bin_of_percentile(double percentile, int bins) {
  return std::clamp(static_cast<int>(std::floor(percentile * bins)), 0, bins - 1);
}

}  // namespace udrl::eval
