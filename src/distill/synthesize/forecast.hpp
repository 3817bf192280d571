// What the rest of a run will take, told from its first answers. Not for: what the whole recipe takes
// (docs/scale.md).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "udrl/lm/language_model.hpp"

namespace udrl::distill {

/// Tokens, hours and, where prices are set, money, each with a range of two standard errors.
class Forecast {
 public:
  /// Answers that it is told from.
  static constexpr std::uint64_t pilot = 64;

  explicit Forecast(const lm::LanguageModel& model);

  /// Takes one answer of `left` that are still to come, this one not counted. A text once, after the pilot; nothing
  /// before and after, and where little is left.
  std::optional<std::string> answered(int tokens, std::uint64_t left);

 private:
  struct Sums {
    double sum = 0, of_squares = 0;
    void add(double value);
    /// "12 to 14" for `more` answers like these.
    std::string range(double more, const char* format) const;
  };
  double cost() const;

  const lm::LanguageModel& model_;
  std::uint64_t answers_ = 0;
  Sums tokens_, money_;
  double cost_before_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace udrl::distill
