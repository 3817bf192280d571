// Choosing by size, by what multiplies, and by what may be written.
#include "udrl/inference/quick.hpp"

#include <unistd.h>

#include <string>
#include <system_error>

#include "udrl/student/checkpoint.hpp"

namespace udrl::inference {
namespace {

namespace fs = std::filesystem;

constexpr int few_slots = 8, many_slots = 32;

/// Converted weights are kept beside the student.
bool can_keep(lm::WeightsKind weights, const fs::path& folder) {
  fs::path kept = folder / student::files::gguf;
  kept.replace_extension(to_string(weights).append(".gguf"));
  std::error_code none;
  return fs::exists(kept, none) || ::access(folder.c_str(), W_OK) == 0;
}

Circumstances circumstances_of(const fs::path& folder) {
  return {.instructions = lm::instructions(),
          .stored = lm::stored_weights(folder / student::files::gguf),
          .is_small = is_small(folder),
          .keeps_bf16 = can_keep(lm::WeightsKind::bf16, folder),
          .keeps_q8_0 = can_keep(lm::WeightsKind::q8_0, folder)};
}

}  // namespace

lm::WeightsKind quick_weights(const Circumstances& c) {
  if (c.stored == lm::WeightsKind::q8_0) return lm::WeightsKind::q8_0;  // bf16 would not bring back what it lost
  const bool has_fast_bf16 = c.instructions.avx512_bf16 && !c.instructions.amx && !c.instructions.gpu;
  const bool has_bf16 = c.stored == lm::WeightsKind::bf16 || c.keeps_bf16;
  if (has_fast_bf16 && has_bf16 && c.is_small) return lm::WeightsKind::bf16;
  return c.keeps_q8_0 ? lm::WeightsKind::q8_0 : lm::WeightsKind::file;
}

bool is_small(const fs::path& folder) {
  constexpr std::uintmax_t small = std::uintmax_t{64} << 20U;
  std::error_code none;
  const std::uintmax_t size = fs::file_size(folder / student::files::gguf, none);
  return !none && size < small;
}

void declare(OptionSet& set, Pace& pace) {
  set.add_enum("weights", pace.weights,
               "the student's weights: quick (q8_0; bf16 for a small student on a processor with AVX512_BF16 and "
               "without AMX), or as named; they are converted once, into a file beside the student")
      .came_later();
  set.add("slots", pace.slots, "answers written at once; 0: 8 of a small student, else 32")
      .range(0, 248)
      .runtime_only();
}

lm::ModelOptions model_options(const Pace& pace, const fs::path& folder) {
  lm::ModelOptions options;
  options.slots = pace.slots > 0 ? pace.slots : is_small(folder) ? few_slots : many_slots;
  options.weights = pace.weights == StudentWeights::quick ? quick_weights(circumstances_of(folder))
                                                          : from_name<lm::WeightsKind>(to_string(pace.weights)).value();
  return options;
}

}  // namespace udrl::inference
