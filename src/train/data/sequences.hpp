// A sample as the token ids of one sequence (design §3): command dropout, segments, swaps; a function of (seed, epoch,
// id). Not for: batches (batches.hpp), or how a sequence is spelt (command/schema.hpp).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "samples.hpp"
#include "swaps.hpp"
#include "token_store.hpp"
#include "udrl/command/schema.hpp"
#include "udrl/student/tokenizer.hpp"
#include "udrl/train/options.hpp"

namespace udrl::train {

/// What a sequence says, before tokens.
struct SequenceText {
  std::string intent, have, answer;
  command::Command command;
  bool countdown = false;  ///< ⟨left:k⟩ stands in the answer
};

/// Token ids; those from `first_target` on are learned: what follows ⟨gen⟩, </s> included.
struct Sequence {
  std::vector<int> ids;
  int first_target = 0;

  int length() const { return static_cast<int>(ids.size()); }
  int targets() const { return length() - first_target; }
};

/// As evaluation sees it: the record's own commands, nothing cut or swapped.
SequenceText plain_text(const Sample& sample, const SequenceOptions& options);
Sequence encode(const SequenceText& text, const student::Tokenizer& tokenizer);

/// What an epoch changes about one record (design §3).
struct Draws {
  bool swap = false, segment = false, any_words = false, any_return = false;
  double where = 0;                    ///< of a segment's cut, [0, 1)
  std::vector<bool> any_further = {};  ///< of each further return
};
Draws draw(const SequenceOptions& options, std::size_t further, RandomStream& random);
/// As training sees it in this epoch. `words` null: no swaps; it draws from `random` what it swaps in.
SequenceText training_text(const Sample& sample, const Draws& draws, const SequenceOptions& options,
                           const WordList* words, RandomStream& random);

/// Makes the sequences of a store's records: `encode` of their `training_text`, but put together from the stored tokens
/// where no word is swapped. Immutable; safe to share between threads.
class SequenceMaker {
 public:
  /// Borrows all three; `words` null: no swaps.
  SequenceMaker(const student::Tokenizer& tokenizer, const SequenceOptions& options, const WordList* words);
  Sequence operator()(const StoredSample& sample, RandomStream random) const;
  /// Tokens of a sequence without draws: no swap, no cut, no countdown.
  static int plain_length(const StoredSample& sample);

 private:
  using Tokens = std::span<const TokenId>;
  Sequence from_tokens(const StoredSample& sample, const Draws& draws) const;
  Sequence joined(const command::Command& command, Tokens intent, Tokens have, Tokens answer) const;
  std::string text_of(Tokens ids) const;
  Sample sample_of(const StoredSample& sample) const;

  const student::Tokenizer& tokenizer_;
  const SequenceOptions& options_;
  const WordList* words_;
  std::vector<bool> starts_word_;  ///< by token: it begins with a space
};

/// The stream of an epoch's draws for one record, or for a further copy of it.
RandomStream sequence_stream(std::uint64_t seed, std::uint64_t epoch, std::string_view id, int copy = 0);

}  // namespace udrl::train
