// The cache of shared prompt beginnings. Not for: whole answers (answers.cpp).
#include "prefixes.hpp"

#include <algorithm>

namespace udrl::lm {

PrefixCache::PrefixCache(llama_memory_t memory, llama_seq_id first, int count) : memory_(memory) {
  for (llama_seq_id sequence = first + count; sequence-- > first;) free_.push_back(sequence);
}

Prefix* PrefixCache::find(std::span<const llama_token> tokens) {
  for (Prefix& prefix : prefixes_) {
    if (std::equal(tokens.begin(), tokens.end(), prefix.tokens.begin(), prefix.tokens.end())) return &prefix;
  }
  return nullptr;
}

Prefix* PrefixCache::add(std::span<const llama_token> tokens, Prefix* parent) {
  if (free_.empty()) drop_unused(parent);
  if (free_.empty()) return nullptr;
  prefixes_.push_back({Tokens(tokens.begin(), tokens.end()), parent, free_.back()});
  free_.pop_back();
  if (parent != nullptr) ++parent->users;
  return &prefixes_.back();
}

void PrefixCache::drop_unused(const Prefix* except) {
  // From the last: who goes on from another was added after it.
  for (auto prefix = prefixes_.end(); prefix != prefixes_.begin();) {
    --prefix;
    if (prefix->users > 0 || &*prefix == except) continue;
    llama_memory_seq_rm(memory_, prefix->sequence, -1, -1);
    free_.push_back(prefix->sequence);
    if (prefix->parent != nullptr) --prefix->parent->users;
    prefix = prefixes_.erase(prefix);
  }
}

void PrefixCache::inherit() {
  for (Prefix& prefix : prefixes_) {
    if (prefix.computed > 0 || prefix.parent == nullptr || !prefix.parent->ready()) continue;
    lend(*prefix.parent, prefix.sequence);
    prefix.computed = prefix.parent->tokens.size();
  }
}

void PrefixCache::fill(TokenBatch& batch) {
  for (Prefix& prefix : prefixes_) {
    if (prefix.parent != nullptr && prefix.computed == 0) continue;  // its parent is not computed yet
    while (batch.room() > 0 && !prefix.ready()) {
      batch.add(prefix.tokens[prefix.computed], static_cast<int>(prefix.computed), prefix.sequence, false);
      ++prefix.computed;
    }
  }
}

void PrefixCache::lend(const Prefix& prefix, llama_seq_id sequence) {
  llama_memory_seq_cp(memory_, prefix.sequence, sequence, -1, -1);
}

int PrefixCache::cells() const {
  std::size_t total = 0;
  for (const Prefix& prefix : prefixes_) total += prefix.own();
  return static_cast<int>(total);
}

}  // namespace udrl::lm
