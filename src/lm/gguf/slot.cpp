// What every slot does. Not for: which run together (run.cpp).
#include "slot.hpp"

namespace udrl::lm {

void Slot::admit(llama_seq_id sequence, Prefix* prefix) {
  sequence_ = sequence;
  prefix_ = prefix;
  waits_ = prefix != nullptr;
  if (prefix_ != nullptr) ++prefix_->users;
}

void Slot::take_prefix(PrefixCache& prefixes) {
  if (!waits_ || !prefix_->ready()) return;
  prefixes.lend(*prefix_, sequence_);
  computed_ = prefix_->tokens.size();
  waits_ = false;
}

int Slot::read_next(TokenBatch& batch, bool wants_logits) {
  const int row = batch.add(prepared_.tokens[computed_], static_cast<int>(computed_), sequence_, wants_logits);
  ++computed_;
  return row;
}

}  // namespace udrl::lm
