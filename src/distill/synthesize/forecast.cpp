#include "forecast.hpp"

#include <cmath>
#include <cstdio>

namespace udrl::distill {
namespace {

std::string formatted(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

Forecast::Forecast(const lm::LanguageModel& model) : model_(model), cost_before_(cost()) {}

std::optional<std::string> Forecast::answered(int tokens, std::uint64_t left) {
  if (answers_ >= pilot) return std::nullopt;
  ++answers_;
  tokens_.add(tokens);
  const double cost_now = cost();
  money_.add(cost_now - cost_before_);
  cost_before_ = cost_now;
  if (answers_ < pilot || left < pilot) return std::nullopt;
  const auto more = static_cast<double>(left);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  std::string text = "forecast from " + std::to_string(pilot) + " answers, for " + std::to_string(left) +
                     " more: " + tokens_.range(more / 1e6, "%.2f") + " million tokens of answers, " +
                     formatted("%.1f", more * seconds / pilot / 3600) + " hours";
  if (cost_now > 0) text += ", cost " + money_.range(more, "%.2f");
  return text;
}

void Forecast::Sums::add(double value) {
  sum += value;
  of_squares += value * value;
}

std::string Forecast::Sums::range(double more, const char* format) const {
  constexpr double n = pilot;
  const double mean = sum / n, variance = std::max(0.0, of_squares / n - mean * mean) * n / (n - 1);
  const double two_errors = 2 * std::sqrt(variance / n);
  return formatted(format, more * std::max(0.0, mean - two_errors)) + " to " +
         formatted(format, more * (mean + two_errors));
}

double Forecast::cost() const { return model_.usage() == nullptr ? 0 : model_.usage()->cost; }

}  // namespace udrl::distill
