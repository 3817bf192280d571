// How a student is run so that it answers quickly, where the user does not say. The figures stand in
// docs/log.md, "how a small student is run". Not for: teachers, whose weights say more by themselves.
#pragma once

#include <filesystem>

#include "udrl/base/enum_names.hpp"
#include "udrl/base/options.hpp"
#include "udrl/lm/options.hpp"

namespace udrl::inference {

/// quick: q8_0, a third faster than the f16 of an exported student; as the file holds them where no other file can be
/// kept beside it. The others as in `lm::WeightsKind`.
enum class StudentWeights { quick, file, bf16, q8_0 };
constexpr auto names_of(StudentWeights) { return enum_names("quick", "file", "bf16", "q8_0"); }

struct Pace {
  StudentWeights weights = StudentWeights::quick;
  int slots = 0;  ///< answers written at once; 0: 8 of a small student, as each attends to the places of all, else 32
};

/// Declares `weights` and `slots`.
void declare(OptionSet& set, Pace& pace);

/// For the student of this folder.
lm::ModelOptions model_options(const Pace& pace, const std::filesystem::path& folder);

/// Whether a token of it is too little work for two threads to share, and its answers are best written few at a time:
/// under 64 MiB.
bool is_small(const std::filesystem::path& folder);

}  // namespace udrl::inference
