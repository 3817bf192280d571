// Numbers that are estimates themselves.
#include "format.hpp"

#include <cmath>

#include "udrl/base/table.hpp"

namespace udrl::eval {

std::string about(double n, const std::string& things) {
  constexpr double most = 100'000;
  if (n > most) return "more than " + grouped(static_cast<std::uint64_t>(most)) + " " + things;
  const double step = n < 100 ? 1 : std::pow(10, std::floor(std::log10(n)) - 1);
  return "about " + grouped(static_cast<std::uint64_t>(std::ceil(n / step) * step)) + " " + things;
}

}  // namespace udrl::eval
