// A record as the token ids of one sequence (design §3): command dropout, segments, entity swaps, words told in
// hindsight, countdown; a function of (seed, epoch, id) and the share of the run that is over. Not for: batches
// (batches.hpp), or the order of a sequence's parts (command/schema.hpp).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "entity_swap.hpp"
#include "mention.hpp"
#include "samples.hpp"
#include "token_store.hpp"
#include "udrl/command/schema.hpp"
#include "udrl/student/tokenizer.hpp"
#include "udrl/train/options.hpp"

namespace udrl::train {

/// Token ids; those from `first_target` on are learned: what follows ⟨gen⟩, </s> included.
struct Sequence {
  std::vector<int> ids;
  int first_target = 0;

  int length() const { return static_cast<int>(ids.size()); }
  int targets() const { return length() - first_target; }
};

/// What an epoch changes about one record. None of it is the record as it is.
struct Augmentation {
  bool swap = false, segment = false, any_words = false, any_return = false;
  double where = 0;                      ///< of a segment's cut, [0, 1)
  std::vector<bool> any_auxiliary = {};  ///< of each auxiliary return; empty: none
  bool mention = false;
};
/// `progress`: the share of the run that is over, 0 … 1.
Augmentation draw_augmentation(const SequenceOptions& options, std::size_t auxiliary, double progress,
                               RandomStream& random);

/// Makes the sequences of records out of their tokens. Immutable; safe to share between threads.
class SequenceMaker {
 public:
  /// Borrows all; `words` null: no swaps; `ideas` null: told words are drawn all alike.
  SequenceMaker(const student::Tokenizer& tokenizer, const SequenceOptions& options, const WordList* words,
                const student::Ideas* ideas = nullptr);
  /// As training sees a record. The words that are swapped in come from `random` too.
  Sequence operator()(const StoredSample& record, double progress, RandomStream random) const;
  /// As evaluation sees it: the record's own commands, nothing cut or swapped.
  Sequence unchanged(const Sample& sample) const;
  /// Tokens of a sequence that nothing is changed about, without a countdown.
  static int plain_length(const StoredSample& record);

 private:
  using Tokens = std::span<const TokenId>;
  Sequence made(const StoredSample& record, const Augmentation& change, const std::vector<std::string>& told) const;
  Sequence joined(const command::Command& command, Tokens intent, Tokens have, Tokens answer) const;
  std::vector<std::size_t> word_starts(Tokens answer) const;
  bool is_quote_alone(Tokens answer, std::size_t word) const;
  void append_counted(Tokens answer, std::vector<int>& to) const;
  std::string text_of(Tokens ids) const;
  Sample sample_of(const StoredSample& record) const;

  const student::Tokenizer& tokenizer_;
  const SequenceOptions& options_;
  const WordList* words_;
  const student::Ideas* ideas_;
  std::vector<bool> starts_word_;   ///< by token: it begins with a space
  std::vector<bool> may_be_quote_;  ///< and holds nothing but quotes and brackets behind it
};

/// The stream of an epoch's random choices for one record, or for another copy of it.
RandomStream sequence_stream(std::uint64_t seed, std::uint64_t epoch, std::string_view id, int copy = 0);

}  // namespace udrl::train
