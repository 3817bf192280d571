// Choosing by size, and by what may be written.
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

lm::WeightsKind quick_weights(const fs::path& folder) {
  return can_keep(lm::WeightsKind::q8_0, folder) ? lm::WeightsKind::q8_0 : lm::WeightsKind::file;
}

}  // namespace

bool is_small(const fs::path& folder) {
  constexpr std::uintmax_t small = std::uintmax_t{64} << 20U;
  std::error_code none;
  const std::uintmax_t size = fs::file_size(folder / student::files::gguf, none);
  return !none && size < small;
}

void declare(OptionSet& set, Pace& pace) {
  set.add_enum("weights", pace.weights,
               "the student's weights: quick (q8_0, a third faster than the f16 of the file), or as named; they are "
               "converted once, into a file beside the student")
      .came_later();
  set.add("slots", pace.slots, "answers written at once; 0: 8 of a small student, else 32")
      .range(0, 248)
      .runtime_only();
}

lm::ModelOptions model_options(const Pace& pace, const fs::path& folder) {
  lm::ModelOptions options;
  options.slots = pace.slots > 0 ? pace.slots : is_small(folder) ? few_slots : many_slots;
  options.weights = pace.weights == StudentWeights::quick ? quick_weights(folder)
                                                          : from_name<lm::WeightsKind>(to_string(pace.weights)).value();
  return options;
}

}  // namespace udrl::inference
