// Which part of the data an intent belongs to. Whole subjects are held out, in every group, and beside them parts that
// show how far a student generalises. Not for: records, which take their intent's part.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace udrl::data {

enum class Split : std::uint8_t {
  train,
  valid,             ///< made like test
  test,              ///< subjects that training never sees, of groups that it does: the main part
  test_intents,      ///< new intents of subjects that training sees
  test_paraphrases,  ///< training intents in other words: the same subject, format, occasion and style
  test_formats,      ///< formats that training never sees, of subjects that it does
  test_groups,       ///< groups that training never sees
};
inline constexpr std::array split_names{"train",        "valid",      "test", "test_intents", "test_paraphrases",
                                        "test_formats", "test_groups"};
inline constexpr bool held_out(Split split) { return split != Split::train; }

struct SplitOptions {
  std::uint64_t seed = 0;
  double test_fraction = 0.08;   ///< of each group's subjects
  double valid_fraction = 0.04;  ///< of each group's subjects; together below 1
  double new_intents = 0.02;     ///< of the intents of training subjects
  double paraphrases = 0.5;      ///< of the wishes that were phrased in several ways: all but one phrasing
  int unseen_groups = 3;         ///< at most a tenth of all groups
  int unseen_formats = 3;        ///< at most a tenth of all formats
};

/// What one intent was made from: numbers of names. Format 0 is none.
struct Origin {
  std::uint32_t group = 0, subject = 0, format = 0;
  std::uint64_t wish = 0;    ///< hash of subject, format, occasion and style: intents of one wish are paraphrases
  std::uint64_t intent = 0;  ///< hash of the text
};
struct OriginNames {
  std::vector<std::string> groups, subjects, formats;
};

/// The part of each intent. What is held out is chosen by hashes of (seed, name): a pool that grows moves few names
/// from one part to another, and the order of the input does not matter. Of a group of n subjects round(fraction·n) are
/// held out, at least one where the fraction is above 0, but one always stays in train (test is served before valid). A
/// subject of several groups counts in the first of them by name. Throws `Error` (user) for fractions that are
/// negative or leave nothing to train on.
std::vector<Split> split_intents(const std::vector<Origin>& intents, const OriginNames& names,
                                 const SplitOptions& options = {});

}  // namespace udrl::data
