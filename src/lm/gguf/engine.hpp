// A loaded GGUF model with its vocabulary and its llama.cpp contexts. Not for: what is computed.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "lane.hpp"
#include "llama/runtime.hpp"
#include "udrl/lm/options.hpp"
#include "vocabulary.hpp"
#include "weights.hpp"

namespace udrl::lm {

/// Throws `Error` (failure) where llama.cpp cannot load the file, which check_gguf_file has passed.
ModelHandle load_model(const std::filesystem::path& file, int gpu_layers);

class Engine {
 public:
  static constexpr int embedding_sequences = 64;

  /// Throws `Error`: a missing, damaged or truncated file, an architecture that llama.cpp does not know.
  explicit Engine(const ModelOptions& options);
  Engine(const Engine&) = delete;  // its lanes refer to it
  Engine& operator=(const Engine&) = delete;

  const llama_model* model() const { return model_.get(); }
  const Vocabulary& vocabulary() const { return vocabulary_; }
  const ModelOptions& options() const { return options_; }
  /// Of the file that the options name. May take a while.
  std::string source_sha256() const { return weights_.source_sha256.get(); }
  const std::filesystem::path& weights_file() const { return weights_.file; }
  /// Positions that the model was trained with.
  int trained_positions() const { return trained_positions_; }
  bool is_encoder() const;
  int state_width() const { return llama_model_n_embd(model_.get()); }

  /// One lane of all slots and threads: to write with, where a token waits for the one before it.
  Lane& lane();
  /// Lanes that compute at the same time, slots and threads divided among them, for `count` texts to read: the threads
  /// of one lane wait for each other at every layer. One alone for a GPU, for a cache of fixed size, and for
  /// few texts or slots.
  std::vector<Lane>& lanes(std::size_t count);

  /// Contexts to embed with that can compute at the same time: one a thread, or one alone for a GPU.
  int embedding_contexts_at_once() const;
  /// So many of them, each for `tokens` at once of at most `embedding_sequences` texts.
  std::span<const ContextHandle> embedding_contexts(int tokens, int count);

 private:
  bool on_gpu() const;
  ContextHandle new_embedding_context() const;
  /// Drops all other contexts first, so that two caches never exist at once.
  std::vector<Lane>& make_lanes(int count);
  void drop_contexts();

  ModelOptions options_;
  Weights weights_;
  ModelHandle model_;
  Vocabulary vocabulary_;
  int trained_positions_;
  std::vector<Lane> lanes_;
  std::vector<ContextHandle> embedding_contexts_;
  int embedding_tokens_ = 0;  ///< of each embedding context; 0 while there is none
};

}  // namespace udrl::lm
