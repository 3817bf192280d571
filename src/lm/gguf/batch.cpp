// Batches of tokens. Not for: deciding what to compute (answers.cpp).
#include "batch.hpp"

#include <cassert>
#include <string>

#include "llama/runtime.hpp"

namespace udrl::lm {

TokenBatch::TokenBatch(int capacity, int rows, Rows which)
    : batch_(llama_batch_init(capacity, 0, 1)), capacity_(capacity), most_rows_(rows), which_(which) {}
TokenBatch::~TokenBatch() { llama_batch_free(batch_); }

int TokenBatch::add(llama_token token, int position, llama_seq_id sequence, bool wants_logits) {
  assert(room() > 0);
  const int i = batch_.n_tokens++;
  batch_.token[i] = token;
  batch_.pos[i] = position;
  batch_.n_seq_id[i] = 1;
  batch_.seq_id[i][0] = sequence;
  batch_.logits[i] = wants_logits || which_ == Rows::all ? 1 : 0;
  rows_ += wants_logits ? 1 : 0;
  return i;
}

void TokenBatch::decode(llama_context* context) const {
  const int code = llama_decode(context, batch_);
  if (code == 0) return;
  throw llama_failure("llama.cpp could not compute a batch (code " + std::to_string(code) + ")")
      .hint(code == 1 ? "the cache of keys and values is full: raise `context` or lower `slots`" : "");
}

void TokenBatch::encode(llama_context* context) const {
  const int code = llama_encode(context, batch_);
  if (code != 0) throw llama_failure("llama.cpp could not encode a batch (code " + std::to_string(code) + ")");
}

}  // namespace udrl::lm
