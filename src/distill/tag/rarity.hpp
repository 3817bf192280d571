// The score `rarity`: how unusual an answer's pairs of words are among the answers that train. Asked for beside the
// return, it steers variety. Only tag knows it, as it takes all answers that train and none that is held out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pool.hpp"

namespace udrl::distill {

/// The pairs of neighbouring words of an answer, in order, as places of a table of fixed size: so millions of answers
/// take no more memory than thousands, and two pairs that share a place look commoner than they are. Words that the
/// request has too count as one and the same: to name a rare subject is not rare. The beginning and the end are words.
std::vector<std::uint32_t> pair_places(std::uint16_t task, std::string_view request, std::string_view answer);

/// In how many answers each pair stands.
class PairCounts {
 public:
  PairCounts();
  void add(std::uint16_t task, std::vector<std::uint32_t> pairs);
  /// The mean over the pairs of −ln(share of the task's answers that hold it), 0 or more; a pair that none holds counts
  /// as if one did. 0 where no answer of the task was added.
  double rarity(std::uint16_t task, const std::vector<std::uint32_t>& pairs) const;

 private:
  std::vector<std::uint32_t> answers_;  ///< by place: with this pair
  std::vector<std::uint64_t> of_task_;  ///< answers
};

/// Fills the score in where it is one of the pool's, in two passes over the input.
void fill_rarity(Pool& pool, const std::vector<std::string>& input, Observer& observer);

}  // namespace udrl::distill
