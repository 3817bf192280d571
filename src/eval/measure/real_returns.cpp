// Where the values that a return is made of come from.
#include "real_returns.hpp"

#include "udrl/score/kinds.hpp"

namespace udrl::eval {
namespace {

bool is_of_text(const std::string& value) {
  return score::scorer_of_value(value) == value && score::model_of(value).empty() && value != "valid";
}

std::vector<std::string> text_scorers(const command::Fitted& fitted) {
  std::vector<std::string> names{"copying"};
  for (const auto& [name, weight] : fitted.weights)
    if (weight != 0 && is_of_text(name) && name != "copying") names.push_back(name);
  return names;
}

}  // namespace

RealReturns::RealReturns(const command::Fitted& fitted, const std::vector<ScorerInfo>& scorers)
    : fitted_(fitted), texts_(text_scorers(fitted), nullptr) {
  for (const auto& [name, weight] : fitted.weights)
    if (weight != 0 && !is_of_text(name) && !find(name, scorers))
      why_not_ = "the return is made of '" + name + "', which no scorer here gives with the labels' own model";
}

bool RealReturns::find(const std::string& value, const std::vector<ScorerInfo>& scorers) {
  for (std::size_t s = 0; s < scorers.size(); ++s) {
    const bool masked = scorers[s].masked_value() == value;
    if (scorers[s].held_out() || (!masked && scorers[s].value != value)) continue;
    models_[value] = {s, masked};
    return true;
  }
  return false;
}

std::map<std::string, double> RealReturns::values(const Measured& m, const Case& c) {
  std::map<std::string, double> values;
  for (const auto& [name, place] : models_) {
    const Relevance& relevance = m.relevance[place.scorer];
    values[name] = place.masked ? relevance.masked : relevance.raw;
  }
  const score::Candidate answer{c.intent.intent, m.answer.text, c.task, &c.intent, m.answer.tokens};
  const score::Values of_text = texts_.score(std::span(&answer, 1)).front();
  values.insert(of_text.begin(), of_text.end());
  return values;
}

double RealReturns::of(const Measured& m, const Case& c) {
  return fitted_.real_return(fitted_.task(c.task), values(m, c), m.words);
}

}  // namespace udrl::eval
