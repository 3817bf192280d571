// A batch of tokens of many sequences, as llama_decode takes it. Not for: deciding what to compute.
#pragma once

#include "llama.h"

namespace udrl::lm {

class TokenBatch {
 public:
  /// `capacity` tokens at most.
  explicit TokenBatch(int capacity);
  ~TokenBatch();
  TokenBatch(const TokenBatch&) = delete;
  TokenBatch& operator=(const TokenBatch&) = delete;

  void clear() { batch_.n_tokens = 0; }
  int size() const { return batch_.n_tokens; }
  int room() const { return capacity_ - batch_.n_tokens; }
  /// Returns the token's index, by which its logits are found. Precondition: room() > 0.
  int add(llama_token token, int position, llama_seq_id sequence, bool wants_logits);
  /// Computes the batch with the cache of keys and values. Throws `Error` (failure).
  void decode(llama_context* context) const;
  /// Computes the batch without one: encoders.
  void encode(llama_context* context) const;

 private:
  llama_batch batch_;
  int capacity_;
};

}  // namespace udrl::lm
