// The arithmetic of returns: moments, a regression line, ranks into bins. Not for: records (tag.hpp), or what is saved
// (command/fitted.hpp).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "udrl/command/fitted.hpp"

namespace udrl::distill {

/// Mean and population standard deviation (two passes). Zeros for no values.
command::Moments moments_of(std::span<const double> values);

struct Line {
  double slope = 0;
  double intercept = 0;
};
/// Least squares of y on x. Where x does not vary: slope 0, intercept the mean of y.
Line fit_line(std::span<const double> x, std::span<const double> y);

/// floor(bins · (rank − ½) / n) for rank 1 (lowest) … n (highest): 0 … bins-1, in whole numbers.
int rank_bin(std::uint64_t rank, std::uint64_t n, int bins);

/// The lowest value of bins 1 … bins-1 by rank; bins that n values cannot fill share their edge with the next one
/// above, so that nothing falls into them. `values` need not be sorted.
std::vector<double> bin_edges(std::vector<double> values, int bins);

/// √(Σ (x − mean of its group)² / Σ (size − 1)) over groups of two and more; 0 where there is none. `groups` is a group
/// number for each value.
double spread_within(std::span<const double> values, std::span<const std::uint32_t> groups);

}  // namespace udrl::distill
