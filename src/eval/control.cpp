// Real returns of new answers, and their place among the draws.
#include "udrl/eval/control.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "udrl/data/shards.hpp"
#include "udrl/score/kinds.hpp"
#include "udrl/score/scorer.hpp"

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

/// Where the values that a return is made of come from.
class LabelValues {
 public:
  LabelValues(const command::Fitted& fitted, const std::vector<ScorerInfo>& scorers)
      : texts_(text_scorers(fitted), nullptr) {
    for (const auto& [name, weight] : fitted.weights)
      if (weight != 0 && !is_of_text(name) && !find(name, scorers)) missing_ = name;
  }

  const std::string& missing() const { return missing_; }

  std::map<std::string, double> of(const Measured& m, const Case& c) {
    std::map<std::string, double> values;
    for (const auto& [name, place] : models_) {
      const Relevance& relevance = m.relevance[place.scorer];
      values[name] = place.masked ? relevance.masked : relevance.raw;
    }
    const score::Answer answer{c.intent.intent, m.answer.text, c.task, &c.intent, m.answer.tokens};
    const score::Values of_text = texts_.score(std::span(&answer, 1)).front();
    values.insert(of_text.begin(), of_text.end());
    return values;
  }

 private:
  static bool is_of_text(const std::string& value) {
    return score::scorer_of_value(value) == value && score::model_of(value).empty() && value != "valid";
  }
  static std::vector<std::string> text_scorers(const command::Fitted& fitted) {
    std::vector<std::string> names{"copying"};
    for (const auto& [name, weight] : fitted.weights)
      if (weight != 0 && is_of_text(name) && name != "copying") names.push_back(name);
    return names;
  }
  struct Place {
    std::size_t scorer;
    bool masked;
  };
  bool find(const std::string& name, const std::vector<ScorerInfo>& scorers) {
    for (std::size_t s = 0; s < scorers.size(); ++s) {
      const bool masked = scorers[s].masked_value() == name;
      if (scorers[s].held_out() || (!masked && scorers[s].value != name)) continue;
      models_[name] = {s, masked};
      return true;
    }
    return false;
  }

  std::map<std::string, Place> models_;
  score::ScorerSet texts_;  ///< what needs no model
  std::string missing_;
};

double place_of(double real, const Case& c, const command::Fitted& fitted, const Draws& draws) {
  const auto own = draws.find({c.intent.intent_id, c.task});
  if (fitted.kind == command::ReturnKind::advantage && own != draws.end())
    if (const auto place = command::percentile_among(own->second, real)) return *place;
  return fitted.percentile(fitted.task(c.task), real);
}

}  // namespace

std::string add_achieved(std::vector<MeasuredRow>& rows, const CaseSet& set, const command::Fitted& fitted,
                         const std::vector<ScorerInfo>& scorers, const std::vector<std::filesystem::path>& splits) {
  LabelValues values(fitted, scorers);
  if (!values.missing().empty())
    return "the return is made of '" + values.missing() + "', which no scorer here gives with the labels' own model";
  const Draws draws = read_draws(splits);
  for (MeasuredRow& row : rows) {
    if (row.row.kind != RowKind::student) continue;
    for (std::size_t i = 0; i < row.answers.size(); ++i) {
      Measured& m = row.answers[i];
      const Case& c = set.cases[i];
      if (!m.valid()) continue;
      const double real = fitted.real_return(fitted.task(c.task), values.of(m, c), m.words);
      m.achieved = place_of(real, c, fitted, draws);
    }
  }
  return "";
}

int bin_of_percentile(double percentile, int bins) {
  return std::clamp(static_cast<int>(std::floor(percentile * bins)), 0, bins - 1);
}

}  // namespace udrl::eval
