// A loaded GGUF model with its vocabulary and its llama.cpp contexts, whose caches grow on demand. Not for: what is
// computed.
#pragma once

#include <algorithm>
#include <filesystem>
#include <span>
#include <vector>

#include "gguf_vocabulary.hpp"
#include "gguf_weights.hpp"
#include "llama_runtime.hpp"
#include "udrl/lm/options.hpp"

namespace udrl::lm {

class Engine {
 public:
  /// Beginnings that can be shared at once, beside one question a slot: each in a sequence behind those of the slots.
  static constexpr int least_prefixes = 8;
  static constexpr int embedding_sequences = 64;
  static constexpr int least_rows = 128;

  /// Throws `Error`: a missing, damaged or truncated file, an architecture that llama.cpp does not know.
  explicit Engine(const ModelOptions& options);

  const llama_model* model() const { return model_.get(); }
  const Vocabulary& vocabulary() const { return vocabulary_; }
  const ModelOptions& options() const { return options_; }
  /// Of the file that the options name. May take a while.
  std::string source_sha256() const;
  const std::filesystem::path& weights_file() const { return weights_.file; }
  /// Positions that the model was trained with.
  int trained_positions() const { return llama_model_n_ctx_train(model_.get()); }
  bool is_encoder() const;
  int prefix_sequences() const;
  /// In the cache: a slot's each, and those of shared prefixes.
  int sequences() const { return options_.slots + prefix_sequences(); }
  /// Rows of logits that one batch can give; llama.cpp wants at least as many as there are sequences.
  int rows() const { return std::max(sequences(), least_rows); }

  /// A context to generate with that has an empty cache of at least `cells` tokens, or as many as the options fix.
  /// Makes a new one only if the present one is too small.
  llama_context* generation_context(int cells);
  /// Tokens that the present generation context's cache holds; 0 before the first.
  int cells() const { return cells_; }
  /// Contexts to embed with that can compute at the same time: one a thread, or one alone for a GPU.
  int embedding_contexts_at_once() const;
  /// So many of them, each for `tokens` at once of at most `embedding_sequences` texts.
  std::span<const ContextHandle> embedding_contexts(int tokens, int count);

 private:
  llama_context_params common_parameters() const;
  ContextHandle new_context(const llama_context_params& parameters) const;
  ContextHandle new_embedding_context() const;
  void drop_contexts();

  ModelOptions options_;
  Weights weights_;
  ModelHandle model_;
  Vocabulary vocabulary_;
  ContextHandle context_;
  int cells_ = 0;  ///< of the generation context; 0 while there is none
  std::vector<ContextHandle> embedding_contexts_;
  int embedding_tokens_ = 0;  ///< of each embedding context; 0 while there is none
};

}  // namespace udrl::lm
