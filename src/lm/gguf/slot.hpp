// What runs in a sequence of the cache of its own: how much of its tokens is computed, and when it ends. Not for: what
// it is for (answers.cpp writes, likelihood.cpp measures), or which run together (run.hpp).
#pragma once

#include "prefixes.hpp"
#include "prepare.hpp"

namespace udrl::lm {

/// From its admission to its end.
class Slot {
 public:
  explicit Slot(PreparedPrompt prepared) : prepared_(std::move(prepared)) {}
  virtual ~Slot() = default;

  /// Sets the sequence, and the prefix that it waits for (or nullptr).
  virtual void admit(llama_seq_id sequence, Prefix* prefix);
  /// Takes over the prefix's cells once they are computed.
  void take_prefix(PrefixCache& prefixes);
  /// One token a step, so it comes first in a batch.
  virtual bool generating() const { return false; }
  /// The model's own (`Likelihood::state`), with its rows of logits.
  virtual bool wants_states() const = 0;
  /// Adds tokens as far as there is room. Nothing while its prefix is being computed.
  virtual void fill(TokenBatch& batch) = 0;
  /// Takes what the batch computed. True if this was its end.
  virtual bool advance(llama_context* context, const Vocabulary& vocabulary) = 0;
  /// Hands over what it was for, once; returns how many tokens it wrote.
  virtual int deliver() = 0;

  PreparedPrompt& prepared() { return prepared_; }
  const PreparedPrompt& prepared() const { return prepared_; }
  llama_seq_id sequence() const { return sequence_; }
  Prefix* prefix() const { return prefix_; }

 protected:
  bool waits() const { return waits_; }
  bool is_read() const { return computed_ == prepared_.tokens.size(); }
  /// Adds the next token of what is to be read; returns its row.
  int read_next(TokenBatch& batch, bool wants_logits);
  std::size_t computed() const { return computed_; }

 private:
  PreparedPrompt prepared_;
  llama_seq_id sequence_ = 0;
  Prefix* prefix_ = nullptr;
  bool waits_ = false;        ///< for its prefix
  std::size_t computed_ = 0;  ///< tokens in the cache
};

}  // namespace udrl::lm
