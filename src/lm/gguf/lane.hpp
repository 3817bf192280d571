// A llama.cpp context to read and write with: its share of the slots and of the threads, and a cache that grows on
// demand. Not for: what is computed (run.hpp), or embedding (engine.hpp).
#pragma once

#include <algorithm>

#include "llama/runtime.hpp"
#include "udrl/lm/options.hpp"

namespace udrl::lm {

class Lane {
 public:
  /// Beginnings that can be shared at once, beside one question a slot: each in a sequence behind those of the slots.
  static constexpr int least_prefixes = 8;
  static constexpr int least_rows = 128;

  /// `model` and `options` must outlive it.
  Lane(llama_model* model, const ModelOptions& options, int slots, int threads);

  int slots() const { return slots_; }
  int threads() const { return threads_; }
  int prefix_sequences() const;
  /// In the cache: a slot's each, and those of shared prefixes.
  int sequences() const { return slots_ + prefix_sequences(); }
  /// Rows of logits that one batch can give; llama.cpp wants at least as many as there are sequences.
  int rows() const { return std::max(sequences(), least_rows); }
  /// Tokens that one batch can hold.
  int batch() const { return std::max(options_->batch, slots_); }

  /// The context with an empty cache of at least `cells` tokens, or as many as the options fix. Makes a new one only if
  /// the present one is too small.
  llama_context* open(int cells);
  /// Tokens that the present cache holds; 0 before the first.
  int cells() const { return cells_; }

 private:
  llama_model* model_;
  const ModelOptions* options_;
  int slots_, threads_;
  ContextHandle context_;
  int cells_ = 0;
};

/// Throws `Error` (failure): not enough memory.
ContextHandle new_context(llama_model* model, const std::filesystem::path& file,
                          const llama_context_params& parameters);
/// What contexts of all kinds have in common.
llama_context_params context_parameters(int threads);

}  // namespace udrl::lm
