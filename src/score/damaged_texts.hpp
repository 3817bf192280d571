// What is made of an answer to see whether a scorer notices: damaged copies under the same intent. Internal.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "udrl/base/random.hpp"
#include "udrl/score/damage.hpp"
#include "udrl/score/gates.hpp"

namespace udrl::score {

/// An answer and all that is made of it, under its own intent.
struct Variants {
  std::string own, other;  ///< as it is; another intent's answer
  std::array<std::string, damage_shares.size()> words;
  std::string subject;         ///< with another subject; "" where it does not name its own
  std::string subject_masked;  ///< the same with that one masked: elaboration is not about names
  std::vector<std::string> content_free;
};

/// Makes variants, with other answers of the same task as donors. The draws of an answer depend on those before it:
/// ask for all of them, in order. `answers` must outlive it.
class Damaging {
 public:
  Damaging(const GateAnswers& answers, std::uint64_t seed);
  /// Nothing is damaged where the task has no answer about another subject.
  Variants variants_of(std::size_t i);

 private:
  /// An answer to the same task about another subject; nullptr where there is none.
  const GateAnswer* another(const GateAnswer& answer);
  /// As many content words of other answers as this one has, none of them the intent's.
  std::vector<std::string> words_for(const GateAnswer& answer);

  const GateAnswers& answers_;
  std::uint64_t seed_;
  std::map<std::size_t, std::vector<std::size_t>> by_task_;
  RandomStream random_;
};

}  // namespace udrl::score
