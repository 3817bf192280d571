// Drafts of one ask that are written side by side: which are given up early, because the critic finds others better
// begun. Successive halving with one rung (Jamieson and Talwalkar 2016, arXiv 1502.07943), decided as drafts reach it
// and not when all have (ASHA, Li et al. 2020, arXiv 1810.05934), so that nobody waits. Not for: choosing among those
// that were written to their end (ranker.hpp).
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "udrl/lm/language_model.hpp"

namespace udrl::inference {

class StudentModel;

/// Not thread-safe: told by the thread that runs the model.
class Heat {
 public:
  /// Tokens behind which a draft is judged: the opening, which is drawn hotter than the rest. How a draft begins tells
  /// most of what it will be worth (docs/log.md, "drafts that are given up").
  static constexpr int rung = 8;
  /// One in so many goes on.
  static constexpr std::size_t one_in = 4;
  /// Fewer drafts are all written to their end.
  static constexpr int least_drafts = 8;

  /// By the critic: `StudentModel::worth`.
  using Worth = std::function<std::optional<double>(const lm::Likelihood&)>;

  /// `wanted`: answers that will be given; twice as many always go on, for some are cut or written twice.
  Heat(Worth worth, int drafts, int wanted);

  /// Whether a draft goes on, told after each of its tokens. Its beginning is compared one token behind the rung, when
  /// those beside it have reached that too.
  bool goes_on(std::size_t draft, const lm::Likelihood& read);

 private:
  Worth worth_;
  std::size_t least_kept_;
  std::vector<std::optional<double>> beginnings_;  ///< by draft: what it is worth up to the rung
};

/// What so many drafts of one ask run in; null where all are written to their end. `student` must outlive it.
std::shared_ptr<Heat> heat_of(const StudentModel& student, int drafts, int wanted);

/// What a draft's request is told (`lm::Request::written`).
std::function<bool(const lm::Written&)> runs_in(std::shared_ptr<Heat> heat, std::size_t draft);

}  // namespace udrl::inference
