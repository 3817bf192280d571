// Real returns of new answers, made of the label scorers' values as `udrl-distill tag` made those of the data.
// Not for: their place among the teacher's draws (steering.hpp).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "measure.hpp"
#include "scoring.hpp"
#include "udrl/command/fitted.hpp"
#include "udrl/score/scorer.hpp"

namespace udrl::eval {

class RealReturns {
 public:
  /// `fitted` must outlive it; the answers' relevance is in the order of `scorers`.
  RealReturns(const command::Fitted& fitted, const std::vector<ScorerInfo>& scorers);

  /// "" where it can tell; else which value of the return is missing.
  const std::string& why_not() const { return why_not_; }
  double of(const Measured& answer, const Case& c);

 private:
  struct Place {
    std::size_t scorer;
    bool masked;
  };
  bool find(const std::string& value, const std::vector<ScorerInfo>& scorers);
  std::map<std::string, double> values(const Measured& answer, const Case& c);

  const command::Fitted& fitted_;
  std::map<std::string, Place> models_;  ///< by value
  score::ScorerSet texts_;               ///< what needs no model
  std::string why_not_;
};

}  // namespace udrl::eval
