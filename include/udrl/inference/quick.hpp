// How a student is run so that it answers quickly, where the user does not say. The figures stand in
// docs/log.md, "how a small student is run" and "bf16 for many answers at once, by processor time". Not for: teachers,
// whose weights say more by themselves.
#pragma once

#include <filesystem>

#include "udrl/base/enum_names.hpp"
#include "udrl/base/options.hpp"
#include "udrl/lm/options.hpp"
#include "udrl/lm/weights.hpp"

namespace udrl::inference {

/// quick: see `quick_weights`. The others as in `lm::WeightsKind`.
enum class StudentWeights { quick, file, bf16, q8_0 };
constexpr auto names_of(StudentWeights) { return enum_names("quick", "file", "bf16", "q8_0"); }

struct Pace {
  StudentWeights weights = StudentWeights::quick;
  int slots = 0;  ///< answers written at once; 0: 8 of a small student, as each attends to the places of all, else 32
};

/// What decides which weights are quick.
struct Circumstances {
  lm::Instructions instructions;
  lm::WeightsKind stored = lm::WeightsKind::file;  ///< `lm::stored_weights` of the student's file
  bool is_small = false;
  bool keeps_bf16 = false, keeps_q8_0 = false;  ///< a converted file is there, or may be written
};

/// q8_0, a third faster than the f16 of an exported student. bf16, which takes a fifth less time, for a small student
/// where there is AVX512_BF16 and no AMX, unless its file is q8_0 already; for a large one it has not been measured,
/// and would read twice the bytes. As the file holds them where no other file can be kept beside it.
lm::WeightsKind quick_weights(const Circumstances& circumstances);

/// Declares `weights` and `slots`.
void declare(OptionSet& set, Pace& pace);

/// For the student of this folder. Throws `Error` (failure) where llama.cpp does not work on this processor.
lm::ModelOptions model_options(const Pace& pace, const std::filesystem::path& folder);

/// Whether a token of it is too little work for two threads to share, and its answers are best written few at a time:
/// under 64 MiB.
bool is_small(const std::filesystem::path& folder);

}  // namespace udrl::inference
