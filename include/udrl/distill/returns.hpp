// The arithmetic of returns: moments, a regression line, ranks into bins, each over values that stream by, and for
// short lists at once. Not for: records (tag.hpp), or what is saved (command/fitted.hpp).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "udrl/command/fitted.hpp"

namespace udrl::distill {

/// Mean and population standard deviation in two passes over the same values. Zeros for no values.
class MomentsFit {
 public:
  void first(double value) { sum_ += value, ++count_; }
  void second(double value);
  command::Moments moments() const;

 private:
  double mean() const { return count_ == 0 ? 0.0 : sum_ / static_cast<double>(count_); }
  double sum_ = 0, squares_ = 0;
  std::uint64_t count_ = 0;
};
command::Moments moments_of(std::span<const double> values);

struct Line {
  double slope = 0;
  double intercept = 0;
};
/// Least squares of y on x in two passes over the same points. Where x does not vary: slope 0, intercept the mean of y.
class LineFit {
 public:
  void first(double x, double y) { sum_x_ += x, sum_y_ += y, ++count_; }
  void second(double x, double y);
  Line line() const;

 private:
  double mean(double sum) const { return count_ == 0 ? 0.0 : sum / static_cast<double>(count_); }
  double sum_x_ = 0, sum_y_ = 0, xx_ = 0, xy_ = 0;
  std::uint64_t count_ = 0;
};
Line fit_line(std::span<const double> x, std::span<const double> y);

/// floor(bins · (rank − ½) / n) for rank 1 (lowest) … n (highest): 0 … bins-1, in whole numbers.
int rank_bin(std::uint64_t rank, std::uint64_t n, int bins);
/// That of equal values, which hold the ranks `first` to `last`: the bin of their mean rank, so that all of one value
/// get the same, and where all n are equal the middle one.
int tie_bin(std::uint64_t first, std::uint64_t last, std::uint64_t n, int bins);

/// The lowest value of bins 1 … bins-1 by rank; bins that n values cannot fill share their edge with the next one
/// above, so that nothing falls into them. The n values come in ascending order.
class BinEdges {
 public:
  BinEdges(std::uint64_t n, int bins);
  void add(double value);
  const std::vector<double>& edges() const { return edges_; }

 private:
  std::uint64_t n_, rank_ = 0;
  int bins_, next_ = 1;  ///< the bin whose edge is not yet known
  std::vector<double> edges_;
};
/// The same of values in any order.
std::vector<double> bin_edges(std::vector<double> values, int bins);

/// √(Σ (x − mean of its group)² / Σ (size − 1)) over groups of two and more; 0 where there is none.
class SpreadWithin {
 public:
  void add_group(std::span<const double> values);
  double spread() const;

 private:
  double squares_ = 0;
  std::uint64_t freedom_ = 0;
};

}  // namespace udrl::distill
