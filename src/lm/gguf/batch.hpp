// A batch of tokens of many sequences, as llama_decode takes it. Not for: deciding what to compute.
#pragma once

#include "llama.h"

namespace udrl::lm {

class TokenBatch {
 public:
  /// `capacity` tokens at most, of which `rows` may want a row.
  TokenBatch(int capacity, int rows) : tokens_(capacity), silent_(capacity), capacity_(capacity), most_rows_(rows) {}
  explicit TokenBatch(int capacity) : TokenBatch(capacity, capacity) {}

  /// For the next tokens: rows of logits alone, or of states too.
  void clear(bool states = false);
  int size() const { return tokens_.size() + silent_.size(); }
  int room() const { return capacity_ - size(); }
  int row_room() const { return most_rows_ - rows_; }
  /// Returns the row by which its logits (and state) are found, if it wants them. Precondition: room() > 0.
  int add(llama_token token, int position, llama_seq_id sequence, bool wants_row);
  /// Computes the batch with the cache of keys and values. Throws `Error` (failure).
  void decode(llama_context* context) const;
  /// Computes the batch without one: encoders.
  void encode(llama_context* context) const;

 private:
  /// Owns what llama.cpp fills.
  class Part {
   public:
    explicit Part(int capacity) : batch_(llama_batch_init(capacity, 0, 1)) {}
    ~Part() { llama_batch_free(batch_); }
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

    void clear() { batch_.n_tokens = 0; }
    int size() const { return batch_.n_tokens; }
    int add(llama_token token, int position, llama_seq_id sequence, bool wants_row);
    const llama_batch& get() const { return batch_; }

   private:
    llama_batch batch_;
  };

  Part tokens_;
  /// llama.cpp gives states of all tokens of a batch or of none, and logits of those that have states. So where states
  /// are asked for, tokens that want no row (a prompt's, all before those that do) are a batch of their own.
  Part silent_;
  bool states_ = false;
  int capacity_, most_rows_;
  int rows_ = 0;
};

}  // namespace udrl::lm
