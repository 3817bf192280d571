// One answer under way: what of its prompt is computed, what is written so far, and when it ends. Not for: batches.
#pragma once

#include <chrono>
#include <optional>

#include "gguf_prefixes.hpp"
#include "gguf_prepare.hpp"
#include "sampler.hpp"

namespace udrl::lm {

/// From its admission to its end. A sequence in the cache belongs to it.
class Answer {
 public:
  Answer(Prepared prepared, llama_seq_id sequence, Prefix* prefix);

  /// Takes over the prefix's cells once they are computed.
  void take_prefix(PrefixCache& prefixes);
  /// Adds the last drawn token, or prompt tokens as far as there is room. Nothing while its prefix is being computed.
  void fill(TokenBatch& batch);
  /// Draws the next token if the batch computed its logits. True if the answer has ended.
  bool advance(llama_context* context, const Vocabulary& vocabulary);

  llama_seq_id sequence() const { return sequence_; }
  int own_cells() const { return prepared_.own_cells(); }
  Prefix* prefix() const { return prefix_; }
  std::size_t prompt_tokens() const { return prepared_.tokens.size() - prepared_.shared; }
  bool generating() const { return computed_ == prepared_.tokens.size(); }
  Completion take_completion() { return std::move(completion_); }

 private:
  bool accept(const Drawn& drawn, const Vocabulary& vocabulary);
  bool cut_at_newline(std::size_t searched_from);
  bool finish(Finish how);
  double seconds() const;

  Prepared prepared_;
  Sampler sampler_;
  llama_seq_id sequence_;
  Prefix* prefix_;
  bool waits_;                ///< for its prefix
  std::size_t computed_ = 0;  ///< prompt tokens in the cache
  llama_token last_ = 0;
  int row_ = -1;  ///< where the batch computed its logits; −1: nowhere
  Completion completion_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace udrl::lm
