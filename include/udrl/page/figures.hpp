// Figures as people read them: shared by terminals, Markdown and pages. Not for: JSON.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <string>

#include "udrl/base/table.hpp"

namespace udrl::page {

/// "–" for what is not a number.
inline std::string fixed(double value, int decimals) {
  if (!std::isfinite(value)) return "–";
  std::string out = udrl::fixed(value, decimals);
  const bool is_zero = out.find_first_not_of("-0.") == std::string::npos;
  if (out.front() == '-') out = is_zero ? out.substr(1) : "−" + out.substr(1);
  return out;
}

inline std::string percent(double share, int decimals = 0) {
  return std::isfinite(share) ? fixed(100 * share, decimals) + "%" : "–";
}

/// "0.512 to 0.561"
inline std::string range_of(double low, double high, int decimals) {
  return std::isfinite(low) ? fixed(low, decimals) + " to " + fixed(high, decimals) : "–";
}

/// "0.523 (0.512 to 0.561)", of anything with `value`, `low` and `high`; "0.523 (no interval)" where too few were seen.
template <class Figure>
std::string with_range(const Figure& figure, int decimals = 3) {
  const bool known = std::isfinite(figure.low) || !std::isfinite(figure.value);
  return fixed(figure.value, decimals) + " (" + (known ? range_of(figure.low, figure.high, decimals) : "no interval") +
         ")";
}

/// "1 subject", "3 subjects"
inline std::string plural(std::integral auto n, const std::string& one) {
  return std::to_string(n) + " " + one + (n == 1 ? "" : "s");
}

/// "5.9M", "494M"
inline std::string millions(std::uint64_t n) {
  const double m = static_cast<double>(n) / 1e6;
  return n == 0 ? "–" : fixed(m, m < 100 ? 1 : 0) + "M";
}

/// Decimal megabytes; the space does not break.
inline std::string megabytes(std::uint64_t bytes) {
  const double mb = static_cast<double>(bytes) / 1e6;
  return bytes == 0 ? "–" : fixed(mb, mb < 10 ? 1 : 0) + "\u00a0MB";
}

/// "43 ms", "1.24 s"
inline std::string duration(double seconds) {
  if (!std::isfinite(seconds)) return "–";
  return seconds < 1 ? fixed(1000 * seconds, seconds < 0.01 ? 1 : 0) + "\u00a0ms" : fixed(seconds, 2) + "\u00a0s";
}

}  // namespace udrl::page
