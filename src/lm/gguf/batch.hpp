// A batch of tokens of many sequences, as llama_decode takes it. Not for: deciding what to compute.
#pragma once

#include "llama.h"

namespace udrl::lm {

class TokenBatch {
 public:
  enum class Rows { wanted, all };  ///< which tokens' logits are computed

  /// `capacity` tokens at most, of which `rows` may want logits.
  TokenBatch(int capacity, int rows, Rows which = Rows::wanted);
  explicit TokenBatch(int capacity) : TokenBatch(capacity, capacity) {}
  ~TokenBatch();
  TokenBatch(const TokenBatch&) = delete;
  TokenBatch& operator=(const TokenBatch&) = delete;

  void clear() { batch_.n_tokens = rows_ = 0; }
  int size() const { return batch_.n_tokens; }
  int room() const { return capacity_ - batch_.n_tokens; }
  int row_room() const { return most_rows_ - rows_; }
  /// Returns the token's index, by which its logits are found. Precondition: room() > 0.
  int add(llama_token token, int position, llama_seq_id sequence, bool wants_logits);
  /// Computes the batch with the cache of keys and values. Throws `Error` (failure).
  void decode(llama_context* context) const;
  /// Computes the batch without one: encoders.
  void encode(llama_context* context) const;

 private:
  llama_batch batch_;
  int capacity_, most_rows_;
  Rows which_;
  int rows_ = 0;  ///< that want logits
};

}  // namespace udrl::lm
