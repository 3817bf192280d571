// Intents that are easily mistaken for one another. Not for: comparing them (scorer `retrieval`).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "udrl/data/record.hpp"

namespace udrl::score {

/// A bounded sample of intents by format, style and subject; which ones are kept is a function of their ids, so their
/// order does not matter.
class Siblings {
 public:
  static constexpr std::size_t kept_at_most = 32;  ///< of a format, style or subject
  static constexpr std::size_t of_each_kind = 8;

  void add(const data::Intent& intent);
  /// Up to eight intents of the same format (else style) and another subject, and up to eight of the same subject and
  /// another format: those whose ids follow the intent's own, so that each intent has siblings of its own.
  std::vector<std::string> of(const data::Intent& intent) const;

 private:
  struct Kept {
    std::string intent, subject, format;
  };
  using Sample = std::map<std::uint64_t, Kept>;  ///< by leading bits of the id
  static void keep(Sample& sample, std::uint64_t place, const data::Intent& intent);

  std::map<std::string, Sample> by_format_, by_style_, by_subject_;
};

}  // namespace udrl::score
