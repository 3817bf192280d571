// Prompt beginnings that several requests share, each computed once into a sequence of its own. Not for: whole answers.
#pragma once

#include <list>
#include <span>
#include <vector>

#include "gguf_batch.hpp"
#include "gguf_vocabulary.hpp"

namespace udrl::lm {

struct Prefix {
  Tokens tokens;
  llama_seq_id sequence = 0;
  std::size_t computed = 0;
  int users = 0;  ///< answers under way that start with it

  bool ready() const { return computed == tokens.size(); }
};

class PrefixCache {
 public:
  /// Uses the sequences first … first + count − 1.
  PrefixCache(llama_memory_t memory, llama_seq_id first, int count);

  /// The prefix with these tokens, or nullptr.
  Prefix* find(std::span<const llama_token> tokens);
  /// Makes one. Nullptr if all sequences are taken by prefixes in use.
  Prefix* add(std::span<const llama_token> tokens);
  /// Forgets those that no answer uses, `except` apart (the one asked for last: more such requests may come).
  void drop_unused(const Prefix* except);
  /// Puts tokens that are still to be computed into the batch, as far as there is room.
  void fill(TokenBatch& batch);
  /// Gives `sequence` the prefix's cells. Precondition: ready().
  void lend(const Prefix& prefix, llama_seq_id sequence);
  /// Cells that all prefixes hold, or will.
  int cells() const;

 private:
  llama_memory_t memory_;
  std::vector<llama_seq_id> free_;
  std::list<Prefix> prefixes_;
};

}  // namespace udrl::lm
