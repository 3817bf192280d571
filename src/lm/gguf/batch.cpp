// Batches of tokens. Not for: deciding what to compute (answers.cpp).
#include "batch.hpp"

#include <cassert>
#include <string>

#include "llama/runtime.hpp"

namespace udrl::lm {

namespace {

void compute(llama_context* context, const llama_batch& batch, bool states) {
  if (batch.n_tokens == 0) return;
  llama_set_embeddings(context, states);
  const int code = llama_decode(context, batch);
  if (code == 0) return;
  throw llama_failure("llama.cpp could not compute a batch (code " + std::to_string(code) + ")")
      .hint(code == 1 ? "the cache of keys and values is full: raise `context` or lower `slots`" : "");
}

}  // namespace

int TokenBatch::Part::add(llama_token token, int position, llama_seq_id sequence, bool wants_row) {
  const int i = batch_.n_tokens++;
  batch_.token[i] = token;
  batch_.pos[i] = position;
  batch_.n_seq_id[i] = 1;
  batch_.seq_id[i][0] = sequence;
  batch_.logits[i] = wants_row ? 1 : 0;
  return i;
}

void TokenBatch::clear(bool states) {
  tokens_.clear();
  silent_.clear();
  states_ = states;
  rows_ = 0;
}

int TokenBatch::add(llama_token token, int position, llama_seq_id sequence, bool wants_row) {
  assert(room() > 0);
  rows_ += wants_row ? 1 : 0;
  return (states_ && !wants_row ? silent_ : tokens_).add(token, position, sequence, wants_row);
}

void TokenBatch::decode(llama_context* context) const {
  compute(context, silent_.get(), false);
  compute(context, tokens_.get(), states_);
}

void TokenBatch::encode(llama_context* context) const {
  const int code = llama_encode(context, tokens_.get());
  if (code != 0) throw llama_failure("llama.cpp could not encode a batch (code " + std::to_string(code) + ")");
}

}  // namespace udrl::lm
