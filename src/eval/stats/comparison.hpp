// All rows of an evaluation resampled alike, over the cases of one part under one scorer: that is what pairs them.
// Not for: which rows are compared (compare.hpp).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compare.hpp"

namespace udrl::eval {

Resampled minus(const Resampled& a, const Resampled& b);

/// What was computed once is kept.
class Comparison {
 public:
  /// `results`, with all rows measured, must outlive it.
  Comparison(const Results& results, std::size_t part, std::size_t scorer, const CompareOptions& options);

  std::size_t subjects() const { return results_.set.parts[part_].subjects.size(); }
  const score::Resamples& resamples() const { return resamples_; }

  /// Elaboration: every row's answers of a task, or of all.
  const Resampled& masked(const std::string& row, const std::string& task = {}) const;
  /// Every answer as written.
  const Resampled& raw(const std::string& row, const std::string& task = {}) const;
  /// A half over one task, or over those for which the scorer's word counts.
  const Resampled& half(const std::string& row, Half half, const std::string& task = {}) const;
  const Resampled& zero(Half half, const std::string& task = {}) const;

  /// Fluency over the tasks for which the reader's word counts; that of `word_list_row` is its zero.
  const Resampled& fluency(const std::string& row) const;

  Difference difference(const std::string& minuend, const std::string& subtrahend) const;
  Quality quality(const std::string& row, const std::string& task = {}) const;

 private:
  using Known = std::map<std::pair<std::string, std::string>, Resampled>;  ///< by row and task
  using Fits = std::function<bool(const Case&)>;
  using ValuesOf = std::function<std::vector<double>(const MeasuredRow&)>;

  const Resampled& once(Known& known, const std::string& row, const std::string& task, const ValuesOf& values_of,
                        const Fits& fits) const;
  ValuesOf values_of(Half half) const;
  Fits counts(Half half, const std::string& task) const;
  Resampled over_replicates(const std::string& row, const ValuesOf& values_of, const Fits& fits) const;
  Resampled mean_of(const std::vector<std::vector<Resampled>>& seeds, const Row& row) const;
  Resampled column(const std::vector<double>& values, const Fits& fits) const;

  const Results& results_;
  std::size_t part_, scorer_;
  std::uint64_t seed_;
  score::Resamples resamples_;
  Zeros zeros_;
  mutable Known masked_, raw_, fluency_;
  mutable Halves<Known> counted_;
  mutable Halves<std::map<std::string, Resampled>> zero_;  ///< by task
};

}  // namespace udrl::eval
