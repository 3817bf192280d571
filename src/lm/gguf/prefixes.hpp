// Prompt beginnings that several requests share, each computed once into a sequence of its own. One may go on from a
// shorter one: few-shot examples, and with them the question that several draws ask. Not for: whole answers.
#pragma once

#include <list>
#include <span>
#include <vector>

#include "batch.hpp"
#include "vocabulary.hpp"

namespace udrl::lm {

struct Prefix {
  Tokens tokens;
  Prefix* parent = nullptr;  ///< whose tokens these begin with
  llama_seq_id sequence = 0;
  std::size_t computed = 0;
  int users = 0;  ///< answers under way, and prefixes, that start with it

  bool ready() const { return computed == tokens.size(); }
  /// Tokens that are computed for it alone.
  std::size_t own() const { return tokens.size() - (parent == nullptr ? 0 : parent->tokens.size()); }
};

class PrefixCache {
 public:
  /// Uses the sequences first … first + count − 1.
  PrefixCache(llama_memory_t memory, llama_seq_id first, int count);

  /// The prefix with these tokens, or nullptr.
  Prefix* find(std::span<const llama_token> tokens);
  /// Makes one that goes on from `parent` (or nullptr). Nullptr if all sequences are taken by prefixes in use.
  Prefix* add(std::span<const llama_token> tokens, Prefix* parent);
  /// Forgets those that no answer uses, `except` apart (the one asked for last: more such requests may come).
  void drop_unused(const Prefix* except);
  /// Before a batch is filled: prefixes whose parent is computed take over its cells.
  void inherit();
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
